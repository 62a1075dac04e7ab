import { packUnits, SegmentWriter, type Segment, type Unit } from './segment.ts'
import { TokenList, tokenize } from './tokenize.ts'

const FREE = -1
const SLOTS = 1 << 14
/** After so many tokens it is asked whether others wait. */
const TOKENS_A_STEP = 256

/** Gathers units and their texts, in the order of their bodies, into one segment. */
export class SegmentBuilder {
  readonly #units: Unit[] = []
  #tokens = new Uint32Array(SLOTS)
  /** The unit that last added the token of a slot, and the newest link of its chain. */
  #lasts = new Int32Array(SLOTS).fill(FREE)
  #heads = new Int32Array(SLOTS)
  #filled = 0
  #link_units = new Uint32Array(SLOTS)
  #link_next = new Int32Array(SLOTS)
  #links = 0
  readonly #list = new TokenList()

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

  #slotOf(token: number): number {
    const tokens = this.#tokens
    const lasts = this.#lasts
    const mask = tokens.length - 1
    let slot = (Math.imul(token, 0x9e37_79b1) >>> 8) & mask
    while (lasts[slot] !== FREE && tokens[slot] !== token) slot = (slot + 1) & mask
    return slot
  }

  /** Files the tokens of the unit that was begun last, each once. */
  #fold(): void {
    const { tokens, count } = this.#list
    const unit = this.#units.length - 1
    for (let index = 0; index < count; index++) {
      const token = tokens[index] ?? 0
      const slot = this.#slotOf(token)
      const last = this.#lasts[slot] ?? FREE
      if (last === unit) continue
      if (this.#links === this.#link_units.length) this.#growLinks()
      this.#link_units[this.#links] = unit
      this.#link_next[this.#links] = last === FREE ? FREE : (this.#heads[slot] ?? FREE)
      this.#heads[slot] = this.#links++
      this.#lasts[slot] = unit
      if (last !== FREE) continue
      this.#tokens[slot] = token
      if (++this.#filled * 2 > this.#tokens.length) this.#growTable()
    }
    this.#list.count = 0
  }

  #growLinks(): void {
    const units = new Uint32Array(this.#link_units.length * 2)
    const next = new Int32Array(units.length)
    units.set(this.#link_units)
    next.set(this.#link_next)
    this.#link_units = units
    this.#link_next = next
  }

  #growTable(): void {
    const { 0: tokens, 1: lasts, 2: heads } = [this.#tokens, this.#lasts, this.#heads] as const
    this.#tokens = new Uint32Array(tokens.length * 2)
    this.#lasts = new Int32Array(tokens.length * 2).fill(FREE)
    this.#heads = new Int32Array(tokens.length * 2)
    for (let old = 0; old < tokens.length; old++) {
      if (lasts[old] === FREE) continue
      const slot = this.#slotOf(tokens[old] ?? 0)
      this.#tokens[slot] = tokens[old] ?? 0
      this.#lasts[slot] = lasts[old] ?? FREE
      this.#heads[slot] = heads[old] ?? FREE
    }
  }

  /** The segment; null when nothing was added. It has tens of thousands of tokens, so that others are let go first. */
  async done(giveWay: () => Promise<void>): Promise<Segment | null> {
    this.#fold()
    if (this.#units.length === 0) return null
    const order = this.#tokens.filter((_, slot) => this.#lasts[slot] !== FREE).toSorted()
    const writer = new SegmentWriter()
    const chain = new Uint32Array(this.#units.length)
    for (const [index, token] of order.entries()) {
      if (index % TOKENS_A_STEP === 0) await giveWay()
      const slot = this.#slotOf(token)
      let from = chain.length
      for (let link = this.#heads[slot] ?? FREE; link !== FREE; link = this.#link_next[link] ?? FREE)
        chain[--from] = this.#link_units[link] ?? 0
      writer.token(token, chain.subarray(from), chain.length - from)
    }
    return writer.done(packUnits(this.#units))
  }
}
