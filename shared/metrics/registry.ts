import type { Log } from '../log.ts'
import { deadline } from '../store/deadline.ts'

type Labels = Record<string, string>
/** One value of a gauge that is read when it is asked for. */
export type Sample = { labels?: Labels; value: number }

/** A number that only grows, of one set of labels. */
export type Counter = { add(count?: number): void }
/** How values are spread, of one set of labels. */
export type Histogram = { observe(value: number): void }

type Kind = 'counter' | 'gauge' | 'histogram'
type Family = { kind: Kind; help: string; write(name: string): string[] | Promise<string[]> }

/** What a process counts, and how it says it in the text format of Prometheus. */
export type Registry = {
  /** A counter for each set of labels; whoever counts often keeps what it gives. */
  counter(name: string, help: string): (labels?: Labels) => Counter
  histogram(name: string, help: string, bounds: readonly number[]): (labels?: Labels) => Histogram
  /** Values that are read when they are asked for; reading may fail or take too long, and is left out then. */
  gauge(name: string, help: string, read: () => Sample[] | Promise<Sample[]>): void
  /** The same of something that only grows. */
  total(name: string, help: string, read: () => Sample[] | Promise<Sample[]>): void
  text(): Promise<string>
}

const READ_MS = 2000

const escape = (text: string) => text.replace(/[\\"\n]/g, (one) => (one === '\n' ? '\\n' : `\\${one}`))

const written = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${escape(value)}"`)
    .join(',')

const line = (name: string, labels: string, value: number) =>
  `${name}${labels === '' ? '' : `{${labels}}`} ${value}`

/** One thing for each set of labels, made when it is first asked for. */
function perLabels<T>(make: () => T) {
  const all = new Map<string, T>()
  const of = (labels: Labels = {}): T => {
    const key = written(labels)
    let one = all.get(key)
    if (one === undefined) all.set(key, (one = make()))
    return one
  }
  return { all, of }
}

function newCounter() {
  let count = 0
  return { add: (more = 1) => void (count += more), count: () => count }
}

function newHistogram(bounds: readonly number[]) {
  const counts = new Float64Array(bounds.length + 1)
  let sum = 0
  return {
    observe(value: number) {
      let at = 0
      while (at < bounds.length && value > (bounds[at] ?? 0)) at++
      counts[at] = (counts[at] ?? 0) + 1
      sum += value
    },
    write(name: string, labels: string): string[] {
      const with_bound = (bound: number | string) => `${labels}${labels === '' ? '' : ','}le="${bound}"`
      let below = 0
      const buckets = [...bounds, '+Inf'].map((bound, at) => {
        below += counts[at] ?? 0
        return line(`${name}_bucket`, with_bound(bound), below)
      })
      return [...buckets, line(`${name}_sum`, labels, sum), line(`${name}_count`, labels, below)]
    },
  }
}

/** A registry with nothing in it. */
function newRegistry(log: Log): Registry {
  const families = new Map<string, Family>()
  const made = new Map<string, unknown>()

  /** Services that share a process share what they count. */
  function once<T>(name: string, make: () => T): T {
    if (!made.has(name)) made.set(name, make())
    // Whoever asks for a name again asks for the same kind of thing: names are said in one place each.
    return made.get(name) as T
  }

  async function read(name: string, gauge: () => Sample[] | Promise<Sample[]>): Promise<string[]> {
    try {
      const samples = await deadline(Promise.resolve(gauge()), READ_MS)
      return samples.map(({ labels = {}, value }) => line(name, written(labels), value))
    } catch (cause) {
      log.warn('a gauge could not be read', { name }, cause)
      return []
    }
  }

  return {
    counter: (name, help) =>
      once(name, () => {
        const { all, of } = perLabels(newCounter)
        const write = () => [...all].map(([labels, one]) => line(name, labels, one.count()))
        families.set(name, { kind: 'counter', help, write })
        return of
      }),
    histogram: (name, help, bounds) =>
      once(name, () => {
        const { all, of } = perLabels(() => newHistogram(bounds))
        const write = () => [...all].flatMap(([labels, one]) => one.write(name, labels))
        families.set(name, { kind: 'histogram', help, write })
        return of
      }),
    gauge: (name, help, asked) =>
      void families.set(name, { kind: 'gauge', help, write: () => read(name, asked) }),
    total: (name, help, asked) =>
      void families.set(name, { kind: 'counter', help, write: () => read(name, asked) }),
    async text() {
      const parts = await Promise.all(
        [...families].map(async ([name, { kind, help, write }]) => {
          const lines = await write(name)
          return lines.length === 0 ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`, ...lines]
        }),
      )
      return `${parts.flat().join('\n')}\n`
    },
  }
}

const registries = new WeakMap<Log, Registry>()

/** The registry of a process, found by its log, which whatever runs in the process is handed. */
export function registryOf(log: Log): Registry {
  let registry = registries.get(log)
  if (!registry) registries.set(log, (registry = newRegistry(log)))
  return registry
}
