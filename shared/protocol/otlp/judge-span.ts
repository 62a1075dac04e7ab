import { Unfit } from '../native/refuse.ts'

/** Values inside a span: attributes, elements of lists, events. */
const MOST_VALUES = 20_000
/** Levels of lists and maps inside one attribute. */
const MOST_LEVELS = 32

const LATEST = Date.UTC(2200, 0, 1) * 1000
const ID = { traceId: /^[0-9a-f]{32}$/, spanId: /^[0-9a-f]{16}$/ }
const BYTES = { traceId: 16, spanId: 8 }

export const unfit = (ordinal: number, name: string, msg: string, type = 'value_error'): Unfit =>
  new Unfit([{ type, loc: ['body', 'spans', ordinal, name], msg }])

const isZero = (id: string): boolean => /^0*$/.test(id)

/** An id of a span or trace, lower-case hex. */
export function needId(ordinal: number, name: 'traceId' | 'spanId', id: string): string {
  if (ID[name].test(id) && !isZero(id)) return id
  throw unfit(ordinal, name, `Expected ${BYTES[name]} bytes that are not all zero`)
}

/** The parent's id; zeros and nothing mean a root. */
export function parentId(ordinal: number, id: string): string | null {
  if (isZero(id)) return null
  if (ID.spanId.test(id)) return id
  throw unfit(ordinal, 'parentSpanId', 'Expected 8 bytes, or none for a root')
}

const isTime = (micros: number | null): micros is number => micros !== null && micros > 0 && micros < LATEST

/** Zero is how OpenTelemetry says nothing: a span cannot lack its start, but it may not have ended yet. */
export function needTimes(ordinal: number, start: number | null, end: number | null) {
  if (!isTime(start)) throw unfit(ordinal, 'startTimeUnixNano', 'Expected nanoseconds between 1970 and 2200')
  if (end === null || end === 0) return { start_time: start, end_time: null }
  if (!isTime(end))
    throw unfit(ordinal, 'endTimeUnixNano', 'Expected nanoseconds between 1970 and 2200, or 0')
  return { start_time: start, end_time: end }
}

/** Counts the values of one span, so that none takes more than its share of time and memory. */
export function valueBudget(ordinal: number) {
  let left = MOST_VALUES
  return {
    spend() {
      if (left-- <= 0)
        throw unfit(ordinal, 'attributes', `A span holds at most ${MOST_VALUES} values`, 'too_long')
    },
    level(depth: number) {
      if (depth > MOST_LEVELS)
        throw unfit(ordinal, 'attributes', `Values nest at most ${MOST_LEVELS} levels`, 'recursion')
    },
  }
}

export type Budget = ReturnType<typeof valueBudget>
