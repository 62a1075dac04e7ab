import { isIPv6 } from 'node:net'
import type { Span } from '#shared/detect/span.ts'

/** Four numbers that no digit, letter or further part continues. */
const FOUR = /(?<![\w.-])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\w-]|\.\d)/g
const VERSION_BEFORE =
  /(?:versions?|ver\.?|v\.?|build|release|firmware|section|chapter|oid|버전|빌드|릴리스|절|항)[ :=]{0,2}$/i
const LOOKBACK = 12

/** Groups of hexadecimal digits with colons, as long as an address can be. */
const HEX_RUN = /(?<![\w:.])[0-9a-fA-F]{1,4}:[0-9a-fA-F:.]{3,41}(?![\w:])/g
const FEWEST_GROUPS = 3

/** Addresses that name no one: this host, "any", masks. */
function namesNobody(numbers: number[]): boolean {
  const [first = 0] = numbers
  return first === 0 || first === 127 || first === 255
}

function isAddress(text: string, start: number, shape: string): boolean {
  const numbers = shape.split('.').map(Number)
  if (numbers.some((number) => number > 255) || namesNobody(numbers)) return false
  if (/(?:^|\.)0\d/.test(shape)) return false
  return !VERSION_BEFORE.test(text.slice(Math.max(0, start - LOOKBACK), start))
}

function isLongAddress(shape: string): boolean {
  const groups = shape.split(':').filter((group) => group !== '')
  return groups.length >= FEWEST_GROUPS && /\d/.test(shape) && isIPv6(shape)
}

/** Internet addresses of version 4 and 6; version numbers and times of day look alike and are none. */
export function findAddresses(text: string): Span[] {
  const four = text.includes('.') ? [...text.matchAll(FOUR)] : []
  const six = text.includes(':') ? [...text.matchAll(HEX_RUN)] : []
  return [
    ...four.filter(({ index, 0: shape }) => isAddress(text, index, shape)),
    ...six.filter(({ 0: shape }) => isLongAddress(shape)),
  ].map(({ index, 0: shape }) => ({ start: index, end: index + shape.length }))
}
