import { walkAll, type TokenWalk } from './read-segment.ts'
import { packUnits, SegmentWriter, unitAt, unitCount, type Segment, type Unit } from './segment.ts'

const GONE = 0xffff_ffff

type Input = { walk: TokenWalk; numbers: Uint32Array }
type Placed = Unit & { input: number; number: number }

const byPlace = (a: Unit, b: Unit) => (a.log_id < b.log_id ? -1 : a.log_id > b.log_id ? 1 : a.first - b.first)

/** The units of all inputs that stay, in order, and the new number of each old one. */
function renumber(segments: Segment[], goes: (log_id: string) => boolean) {
  const placed: Placed[] = segments.flatMap(({ units }, input) =>
    Array.from({ length: unitCount(units) }, (_, number) => ({ ...unitAt(units, number), input, number })),
  )
  const numbers = segments.map(({ units }) => new Uint32Array(unitCount(units)).fill(GONE))
  const staying = placed.filter(({ log_id }) => !goes(log_id)).toSorted(byPlace)
  for (const [now, { input, number }] of staying.entries()) {
    const of_input = numbers[input]
    if (of_input) of_input[number] = now
  }
  return { units: staying, numbers }
}

/** Copies the units of a token that stay, under their new numbers; gives how many there are then. */
function gather({ walk, numbers }: Input, into: Uint32Array, from: number): number {
  let count = from
  for (let index = 0; index < walk.count; index++) {
    const now = numbers[walk.units[index] ?? 0] ?? GONE
    if (now !== GONE) into[count++] = now
  }
  return count
}

function rises(units: Uint32Array, count: number): boolean {
  for (let index = 1; index < count; index++) if ((units[index] ?? 0) < (units[index - 1] ?? 0)) return false
  return true
}

const TOKENS_AT_ONCE = 64

/**
 * One segment of several, without the units of bodies that go; null when nothing stays. Thousands of units take a tenth of
 * a second: `give_way` is called again and again.
 */
export async function mergeSegments(
  segments: Segment[],
  give_way: () => Promise<void>,
  goes: (log_id: string) => boolean = () => false,
): Promise<Segment | null> {
  const { units, numbers } = renumber(segments, goes)
  if (units.length === 0) return null
  const inputs = segments.map((segment, index): Input => ({
    walk: walkAll(segment),
    numbers: numbers[index] ?? new Uint32Array(),
  }))
  for (const { walk } of inputs) walk.next()
  const writer = new SegmentWriter(units.length)
  const gathered = new Uint32Array(units.length)
  for (let merged = 1; ; merged++) {
    if (merged % TOKENS_AT_ONCE === 0) await give_way()
    let token = Infinity
    for (const { walk } of inputs) if (walk.token < token) token = walk.token
    if (token === Infinity) return writer.done(packUnits(units))
    let count = 0
    for (const input of inputs) {
      if (input.walk.token !== token) continue
      count = gather(input, gathered, count)
      input.walk.next()
    }
    if (!rises(gathered, count)) gathered.subarray(0, count).sort()
    if (count > 0) writer.token(token, gathered, count)
  }
}
