/** The relative error of every quantile. */
const ERROR = 0.01
const GAMMA = (1 + ERROR) / (1 - ERROR)
/** Width of a bucket in the logarithm: a duration of d µs is in bucket `ceil(ln(d) / LN_GAMMA) + 1`, zero in bucket 0. */
export const LN_GAMMA = Math.log(GAMMA)
/** Enough for 230 years. */
const BUCKETS = 1840

const valueOf = (bucket: number): number => (bucket === 0 ? 0 : (2 * GAMMA ** (bucket - 1)) / (GAMMA + 1))

/** The bucket of a duration in microseconds. */
export const bucketOf = (micros: number): number =>
  micros <= 0 ? 0 : Math.min(Math.ceil(Math.log(micros) / LN_GAMMA) + 1, BUCKETS - 1)

/**
 * A histogram of durations in buckets that grow by 2 %, from which any quantile is read with a relative error of at most
 * 1 %, merged or not: DDSketch without its limit on buckets (Masson, Rim, Lee: "DDSketch: a fast and fully-mergeable
 * quantile sketch with relative-error guarantees", PVLDB 12(12), 2019). Packed, it is pairs of varints: distance to the
 * next bucket that has something, and how much.
 */
export class Sketch {
  #counts = new Float64Array(BUCKETS)
  #total = 0
  #lowest = BUCKETS
  #highest = -1

  get total(): number {
    return this.#total
  }

  add(bucket: number, count: number): void {
    const at = Math.max(0, Math.min(bucket, BUCKETS - 1))
    this.#counts[at] = (this.#counts[at] ?? 0) + count
    this.#total += count
    if (at < this.#lowest) this.#lowest = at
    if (at > this.#highest) this.#highest = at
  }

  merge(other: Sketch): void {
    for (let bucket = other.#lowest; bucket <= other.#highest; bucket++) {
      const count = other.#counts[bucket] ?? 0
      if (count > 0) this.add(bucket, count)
    }
  }

  /** Microseconds; null when there is no duration at all. */
  quantile(q: number): number | null {
    if (this.#total === 0) return null
    const rank = q * (this.#total - 1)
    let below = 0
    for (let bucket = this.#lowest; bucket <= this.#highest; bucket++) {
      below += this.#counts[bucket] ?? 0
      if (below > rank) return valueOf(bucket)
    }
    return null
  }

  /** How many were longer; those within 2 % of the limit may count as either. */
  countOver(micros: number): number {
    let over = 0
    for (let bucket = bucketOf(micros) + 1; bucket <= this.#highest; bucket++)
      over += this.#counts[bucket] ?? 0
    return over
  }

  pack(): Buffer {
    const bytes: number[] = []
    let last = 0
    for (let bucket = this.#lowest; bucket <= this.#highest; bucket++) {
      const count = this.#counts[bucket] ?? 0
      if (count === 0) continue
      pushVarint(bytes, bucket - last)
      pushVarint(bytes, count)
      last = bucket
    }
    return Buffer.from(bytes)
  }

  /** Merges a packed sketch. */
  mergePacked(bytes: Uint8Array): void {
    let at = 0
    let bucket = 0
    const next = (): number => {
      let value = 0
      for (let scale = 1; ; scale *= 128) {
        const byte = bytes[at++] ?? 0
        value += (byte & 127) * scale
        if (byte < 128) return value
      }
    }
    while (at < bytes.length) {
      bucket += next()
      this.add(bucket, next())
    }
  }
}

function pushVarint(bytes: number[], value: number): void {
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  bytes.push(rest)
}
