import type { Bus } from './bus.ts'
import type { Subject } from './subjects.ts'

/** The bus of one process: calls its hearers at once. */
export function memoryBus(): Bus {
  const hearers = new Map<Subject, Set<(notice: never) => void>>()
  return {
    publish(subject, notice) {
      for (const hear of hearers.get(subject) ?? []) hear(notice as never)
    },
    subscribe(subject, hear) {
      const set = hearers.get(subject) ?? new Set()
      hearers.set(subject, set.add(hear))
      return () => void set.delete(hear)
    },
  }
}
