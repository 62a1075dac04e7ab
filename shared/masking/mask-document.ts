import { ALL_DETECTORS, type Detector } from '../detect/detectors.ts'
import { replaceSpans } from '../detect/span.ts'
import { parseToRewrite } from '../http/parse-json.ts'
import { distinct, isRecord } from '../protocol/clean.ts'
import type { Masking } from '../schema/masking.ts'
import { shapeInside, type Shape } from './shapes.ts'

/** A project's rules, ready to be applied. */
export type Rules = { detectors: Detector[]; keys: Set<string> }

const KEY_MARK = '[masked:key]'
/** Members of the protocol that may hold any value. */
const UNTYPED = new Set(['input', 'output'])
/** The only member of the protocol whose numbers may be as long as a private one. */
const SCORE = 'score'
/** Of 12 digits no detector finds anything. */
const SHORTEST_PRIVATE_NUMBER = 1e12

/** The rules of a project; null when it has none. */
export function compileRules({ detectors, keys }: Masking): Rules | null {
  if (detectors.length + keys.length === 0) return null
  return {
    detectors: ALL_DETECTORS.filter(({ name }) => detectors.includes(name)),
    keys: new Set(keys.map((key) => key.toLowerCase())),
  }
}

/** Without any of these no detector finds anything, and most texts have none. */
const SUSPICIOUS = /[@0-9]|sk-|proj_|AKIA|eyJ/

export const maskText = ({ detectors }: Rules, text: string): string =>
  SUSPICIOUS.test(text)
    ? detectors.reduce(
        (masked, { name, find }) => replaceSpans(masked, find(masked), `[masked:${name}]`),
        text,
      )
    : text

/** A number that is private, a card's say, becomes the mark; every other one stays a number. */
function maskNumber(rules: Rules, value: number): number | string {
  if (Math.abs(value) < SHORTEST_PRIVATE_NUMBER) return value
  const text = String(value)
  const masked = maskText(rules, text)
  return masked === text ? value : masked
}

/** A number as it was written, where JavaScript would write it otherwise. */
function maskVerbatim(rules: Rules, value: { rawJSON: string }): unknown {
  const masked = maskText(rules, value.rawJSON)
  return masked === value.rawJSON ? value : masked
}

/** Masks free content; a member whose name is hidden is hidden whole. */
export function maskFree(rules: Rules, value: unknown): unknown {
  if (typeof value === 'string') return maskText(rules, value)
  if (typeof value === 'number') return maskNumber(rules, value)
  if (Array.isArray(value)) return value.map((each) => maskFree(rules, each))
  if (JSON.isRawJSON(value)) return maskVerbatim(rules, value)
  if (!isRecord(value)) return value
  return maskMembers(rules, value, (name, member) => {
    const hidden = rules.keys.size > 0 && rules.keys.has(name.toLowerCase()) && member !== null
    return hidden ? KEY_MARK : maskFree(rules, member)
  })
}

/** The object with its members masked, and their names; two whose names are masked alike stay two members. */
function maskMembers(
  rules: Rules,
  value: Record<string, unknown>,
  maskOne: (name: string, member: unknown) => unknown,
): Record<string, unknown> {
  const names = Object.keys(value)
  const masked = distinct(names.map((name) => maskText(rules, name)))
  return Object.fromEntries(names.map((name, at) => [masked[at], maskOne(name, value[name])]))
}

/** A member of the protocol keeps its type, or is left out, so that hiding never makes a request invalid. */
function hide(name: string, value: unknown): unknown {
  if (typeof value === 'string' || (UNTYPED.has(name) && value !== null)) return KEY_MARK
  return typeof value === 'object' ? null : value
}

function maskMember(rules: Rules, shape: Shape, holder: Record<string, unknown>, name: string): unknown {
  const value = holder[name]
  const inner = shapeInside(shape, name, holder)
  if (inner) return maskShaped(rules, inner, value)
  const is_number = typeof value === 'number' || JSON.isRawJSON(value)
  if (is_number && shape.stamps?.includes(name)) return value
  const looks_right = Object.hasOwn(shape.exempt, name) ? shape.exempt[name] : undefined
  if (looks_right) {
    const keep = (each: unknown) =>
      typeof each === 'string' && looks_right(each) ? each : maskFree(rules, each)
    return Array.isArray(value) ? value.map(keep) : keep(value)
  }
  if (rules.keys.has(name.toLowerCase())) return hide(name, value)
  return name === SCORE && is_number ? value : maskFree(rules, value)
}

/** The parts of an attribute's name are names of members: `http.headers.authorization`. */
const isHidden = ({ keys }: Rules, name: string): boolean =>
  keys.size > 0 &&
  name
    .toLowerCase()
    .split('.')
    .some((part) => keys.has(part))

/** Attributes and files carry objects as JSON in a text, whose members are hidden like any others. */
export function maskInside(rules: Rules, text: string): string {
  if (rules.keys.size === 0 || !/^\s*[[{]/.test(text)) return maskText(rules, text)
  try {
    return JSON.stringify(maskFree(rules, parseToRewrite(Buffer.from(text))))
  } catch {
    return maskText(rules, text)
  }
}

function maskAttribute(rules: Rules, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => maskAttribute(rules, each))
  if (!isRecord(value) || JSON.isRawJSON(value)) return maskFree(rules, value)
  const name = value['key']
  if (typeof name === 'string' && (isHidden(rules, name) || rules.keys.has(name.toLowerCase())))
    return { key: name, value: { stringValue: KEY_MARK } }
  return Object.fromEntries(
    Object.entries(value).map(([member, held]) => [
      member,
      typeof held === 'string' && member !== 'key' ? maskInside(rules, held) : maskAttribute(rules, held),
    ]),
  )
}

/** Masks every text of a document but the ids, keys, times and enumerations of its protocol. */
export function maskShaped(rules: Rules, shape: Shape, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => maskShaped(rules, shape, each))
  if (!isRecord(value) || JSON.isRawJSON(value)) return maskFree(rules, value)
  if (shape.is_pair) return maskAttribute(rules, value)
  return maskMembers(rules, value, (name) => maskMember(rules, shape, value, name))
}
