import type { Log } from '../log.ts'
import type { Bus } from './bus.ts'
import type { Subject } from './subjects.ts'

type Hearer = { hear: (notice: never) => void }

/** The bus of one process: calls its hearers at once. One that throws is logged and disturbs nobody. */
export function memoryBus(log: Log): Bus {
  const hearers = new Map<Subject, Set<Hearer>>()
  return {
    publish(subject, notice) {
      for (const { hear } of [...(hearers.get(subject) ?? [])]) {
        try {
          // Hearers of a subject were subscribed with the type of its notices.
          hear(notice as never)
        } catch (cause) {
          log.error('a hearer of the bus failed', { subject }, cause)
        }
      }
    },
    subscribe(subject, hear) {
      const hearer: Hearer = { hear }
      const set = hearers.get(subject) ?? new Set()
      hearers.set(subject, set.add(hearer))
      return () => void set.delete(hearer)
    },
  }
}
