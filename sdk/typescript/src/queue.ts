import type { Entry } from './entries.ts'
import { weigh } from './entries.ts'

const COMPACT_AT = 1024

/** What waits to be sent: bounded by bytes, the oldest is dropped for the newest. */
export class Queue {
  readonly #mostBytes: number
  readonly #onDropped: (items: number) => void
  #entries: Entry[] = []
  #head = 0
  #bytes = 0
  #passed = 0

  constructor(mostBytes: number, onDropped: (items: number) => void) {
    this.#mostBytes = mostBytes
    this.#onDropped = onDropped
  }

  get size(): number {
    return this.#entries.length - this.#head
  }

  get bytes(): number {
    return this.#bytes
  }

  /** How many entries have ever left by the head. */
  get passed(): number {
    return this.#passed
  }

  /** The value of `passed` once everything that waits now has left. */
  get end(): number {
    return this.#passed + this.size
  }

  #shift(): Entry | undefined {
    const entry = this.#entries[this.#head]
    if (!entry) return undefined
    this.#head++
    this.#passed++
    this.#bytes -= entry.bytes
    if (this.#head >= COMPACT_AT && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head)
      this.#head = 0
    }
    return entry
  }

  #makeRoom(): void {
    let dropped = 0
    while (this.#bytes > this.#mostBytes) {
      const entry = this.#shift()
      if (!entry) break
      entry.place = 'dropped'
      forget(entry)
      dropped++
    }
    if (dropped > 0) this.#onDropped(dropped)
  }

  /** Adds an entry, or weighs anew one that waits already. */
  put(entry: Entry): void {
    const before = entry.place === 'queued' ? entry.bytes : 0
    entry.bytes = weigh(entry)
    this.#bytes += entry.bytes - before
    if (entry.place !== 'queued') {
      entry.place = 'queued'
      this.#entries.push(entry)
    }
    if (this.#bytes > this.#mostBytes) this.#makeRoom()
  }

  /** Takes the oldest entries, up to so many bytes and items, and at least one. */
  take(upToBytes: number, upToItems: number): Entry[] {
    const taken: Entry[] = []
    let sum = 0
    for (let next = this.#entries[this.#head]; next; next = this.#entries[this.#head]) {
      if (taken.length > 0 && (sum + next.bytes > upToBytes || taken.length >= upToItems)) break
      sum += next.bytes
      next.place = 'taken'
      taken.push(next)
      this.#shift()
    }
    return taken
  }
}

/** A dropped entry may live on in the app's hands: what it carried is let go. */
function forget(entry: Entry): void {
  if (entry.kind === 'span') {
    entry.input = null
    entry.output = null
    entry.attributes = []
    entry.usage = []
  } else if (entry.kind === 'post') entry.body = ''
  else if (entry.kind === 'event') entry.payload = ''
}
