import { HubError } from '../errors.ts'

declare global {
  // ES2026, which TypeScript does not know yet.
  interface JSON {
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
    ): unknown
    rawJSON(text: string): object
    isRawJSON(value: unknown): value is { rawJSON: string }
  }
}

const MAX_DEPTH = 128
const MAX_MEMBERS = 500_000
/** 2^53 has 16 digits. */
const LONGEST_EXACT = 15
const QUOTE = 0x22
const BACKSLASH = 0x5c
const POINT = 0x2e
const SHORT_TEXT = 24

/** Where a string ends that began just before; most are short, and long ones have few escapes. */
function endOfString(raw: Uint8Array, start: number): number {
  for (let at = start; ;) {
    const near = Math.min(at + SHORT_TEXT, raw.length)
    for (; at < near; at++) {
      if (raw[at] === QUOTE) return at
      if (raw[at] === BACKSLASH) at++
    }
    const quote = raw.indexOf(QUOTE, at)
    if (quote === -1) return raw.length
    let before = quote - 1
    while (before >= at && raw[before] === BACKSLASH) before--
    if ((quote - before) % 2 === 1) return quote
    at = quote + 1
  }
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39

function endOfDigits(raw: Uint8Array, start: number): number {
  let at = start
  while (isDigit(raw[at])) at++
  return at
}

/** `written`: the number may be written otherwise than it was sent. `read`: a double may not even hold it. */
type Doubt = 'none' | 'written' | 'read'

/** Where a number ends that begins here, and what can go wrong with it; embeddings are full of long fractions. */
function judgeNumber(raw: Uint8Array, start: number): { end: number; doubt: Doubt } {
  const whole = endOfDigits(raw, start)
  let end = raw[whole] === POINT ? endOfDigits(raw, whole + 1) : whole
  let doubt: Doubt = end - start > LONGEST_EXACT ? 'written' : 'none'
  if (raw[end] === 0x65 || raw[end] === 0x45) {
    const sign = raw[end + 1]
    const digits = sign === 0x2b || sign === 0x2d ? end + 2 : end + 1
    end = endOfDigits(raw, digits)
    doubt = sign !== 0x2d && end - digits >= 3 ? 'read' : 'written'
  }
  return { end, doubt: whole - start > LONGEST_EXACT ? 'read' : doubt }
}

/**
 * One pass over the bytes, strings skipped, before anything is parsed: what can go wrong with the numbers. With `guard` it
 * refuses what parses but breaks later: nesting that overflows a stack, objects by the million.
 */
function look(raw: Uint8Array, guard: boolean): Doubt {
  let depth = 0
  let members = 0
  let worst: Doubt = 'none'
  for (let at = 0; at < raw.length; at++) {
    const byte = raw[at]
    if (byte === QUOTE) at = endOfString(raw, at + 1)
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > MAX_DEPTH && guard) throw new HubError('too_deep')
    } else if (byte === 0x7d || byte === 0x5d) depth--
    else if (byte === 0x3a) {
      if (++members > MAX_MEMBERS && guard) throw new HubError('too_many_keys')
    } else if (isDigit(byte)) {
      const { end, doubt } = judgeNumber(raw, at)
      at = end - 1
      if (doubt === 'read' || worst === 'none') worst = doubt
    }
  }
  return worst
}

/** An integer past 2^53, or a number past every double, is the text of its digits: nothing else holds it exactly. */
function exactly(_key: string, value: unknown, { source }: { source?: string }): unknown {
  if (typeof value !== 'number' || source === undefined) return value
  const rounded = Number.isInteger(value) && !Number.isSafeInteger(value) && /^-?\d+$/.test(source)
  return rounded || !Number.isFinite(value) ? source : value
}

/** A number that would be written otherwise than it was sent stays as it is written. */
function verbatim(_key: string, value: unknown, { source }: { source?: string }): unknown {
  if (typeof value !== 'number' || source === undefined || String(value) === source) return value
  return JSON.rawJSON(source)
}

const utf8 = new TextDecoder('utf-8')

/** Parses a body of the log, which some door has let in; the decoder drops a leading byte order mark. */
export function parseStored(raw: Uint8Array): unknown {
  const text = utf8.decode(raw)
  return look(raw, false) === 'read' ? JSON.parse(text, exactly) : JSON.parse(text)
}

/** Parses the bytes of a request, guarded. */
export function parseJson(raw: Uint8Array): unknown {
  const doubt = look(raw, true)
  try {
    const text = utf8.decode(raw)
    return doubt === 'read' ? JSON.parse(text, exactly) : JSON.parse(text)
  } catch (cause) {
    throw new HubError('malformed_json', { cause })
  }
}

/** Parses what is to be written again: numbers that would lose digits on the way stand in it as `JSON.rawJSON`. */
export function parseToRewrite(raw: Uint8Array): unknown {
  const text = utf8.decode(raw)
  return look(raw, false) === 'none' ? JSON.parse(text) : JSON.parse(text, verbatim)
}
