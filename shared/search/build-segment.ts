import { packUnits, SegmentWriter, type Segment, type Unit } from './segment.ts'
import { TokenList, tokenize } from './tokenize.ts'

const SLOTS = 1 << 14
/** After so many tokens it is asked whether others wait. */
const TOKENS_A_STEP = 256
/** A token's low and high bits, one more than its number, and the unit that last added it: all in one line of memory. */
const ENTRY = 4
const HALF = 2 ** 31

const highBits = (token: number): number => (token / HALF) | 0
const lowBits = (token: number, high: number): number => (token - high * HALF) | 0

/** Where an entry is looked for first, in a table with this as its last index. */
const placeOf = (low: number, high: number, last: number): number =>
  ((Math.imul(low, 0x9e37_79b1) + Math.imul(high, 0x85eb_ca6b)) >>> 7) & last & -ENTRY

function twice<A extends Uint32Array | Float64Array>(array: A, grown: A): A {
  grown.set(array)
  return grown
}

/** Gathers units and their texts, in the order of their bodies, into one segment. */
export class SegmentBuilder {
  readonly #units: Unit[] = []
  readonly #list = new TokenList()
  #table = new Int32Array(SLOTS * 2 * ENTRY)
  /** The tokens by their numbers. */
  #tokens = new Float64Array(SLOTS)
  #filled = 0
  /** All that was added, in order: the number of a token, and the unit. */
  #added = new Uint32Array(SLOTS)
  #added_by = new Uint32Array(SLOTS)
  #additions = 0

  get units(): number {
    return this.#units.length
  }

  /** Begins a unit; the texts that follow are its own. */
  unit(unit: Unit): void {
    this.#fold()
    this.#units.push(unit)
  }

  /** Texts of the unit that was begun last. */
  text(text: string): void {
    tokenize(text, this.#list)
  }

  /** The place of a token in the table; a new one is entered, with the next number. */
  #entryOf(token: number): number {
    const table = this.#table
    const last = table.length - 1
    const high = highBits(token)
    const low = lowBits(token, high)
    let at = placeOf(low, high, last)
    while (table[at + 2] !== 0) {
      if (table[at] === low && table[at + 1] === high) return at
      at = (at + ENTRY) & last
    }
    if (this.#filled === this.#tokens.length) {
      this.#tokens = twice(this.#tokens, new Float64Array(this.#filled * 2))
      this.#growTable()
      return this.#entryOf(token)
    }
    this.#tokens[this.#filled++] = token
    table[at] = low
    table[at + 1] = high
    table[at + 2] = this.#filled
    return at
  }

  /** Files the tokens of the unit that was begun last, each once. */
  #fold(): void {
    const { tokens, count } = this.#list
    const unit = this.#units.length
    if (this.#additions + count > this.#added.length) this.#growAdded(count)
    const added = this.#added
    const added_by = this.#added_by
    let additions = this.#additions
    for (let index = 0; index < count; index++) {
      const at = this.#entryOf(tokens[index] ?? 0)
      const table = this.#table
      if (table[at + 3] === unit) continue
      table[at + 3] = unit
      added[additions] = table[at + 2] ?? 0
      added_by[additions++] = unit
    }
    this.#additions = additions
    this.#list.count = 0
  }

  #growAdded(more: number): void {
    const size = Math.max(this.#added.length * 2, this.#additions + more)
    this.#added = twice(this.#added, new Uint32Array(size))
    this.#added_by = twice(this.#added_by, new Uint32Array(size))
  }

  #growTable(): void {
    const before = this.#table
    this.#table = new Int32Array(before.length * 2)
    const last = this.#table.length - 1
    for (let old = 0; old < before.length; old += ENTRY) {
      if (before[old + 2] === 0) continue
      let at = placeOf(before[old] ?? 0, before[old + 1] ?? 0, last)
      while (this.#table[at + 2] !== 0) at = (at + ENTRY) & last
      this.#table.set(before.subarray(old, old + ENTRY), at)
    }
  }

  /** The units of each token side by side, rising; and where those of a token end, by its number. */
  #byToken(): { units: Uint32Array; ends: Uint32Array } {
    const units = new Uint32Array(this.#additions)
    const ends = new Uint32Array(this.#filled + 2)
    for (let index = 0; index < this.#additions; index++) {
      const next = (this.#added[index] ?? 0) + 1
      ends[next] = (ends[next] ?? 0) + 1
    }
    for (let number = 1; number < ends.length; number++)
      ends[number] = (ends[number] ?? 0) + (ends[number - 1] ?? 0)
    for (let index = 0; index < this.#additions; index++) {
      const number = this.#added[index] ?? 0
      const at = ends[number] ?? 0
      units[at] = (this.#added_by[index] ?? 0) - 1
      ends[number] = at + 1
    }
    return { units, ends }
  }

  /** The segment; null when nothing was added. It has tens of thousands of tokens, so that others are let go first. */
  async done(giveWay: () => Promise<void>): Promise<Segment | null> {
    this.#fold()
    if (this.#units.length === 0) return null
    const writer = new SegmentWriter(this.#units.length)
    const { units, ends } = this.#byToken()
    for (const [index, token] of this.#tokens.subarray(0, this.#filled).toSorted().entries()) {
      if (index % TOKENS_A_STEP === 0) await giveWay()
      const number = this.#table[this.#entryOf(token) + 2] ?? 0
      const from = ends[number - 1] ?? 0
      const to = ends[number] ?? 0
      writer.token(token, units.subarray(from, to), to - from)
    }
    return writer.done(packUnits(this.#units))
  }
}
