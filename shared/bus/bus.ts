import type { Subject, Notices } from './subjects.ts'

/**
 * Wake-ups between parts of the hub. A notice may be lost and only delays what it wakes; publishing never throws and
 * never waits. Who subscribes hears its own process at once, and other processes when there is a server between them.
 */
export type Bus = {
  publish<S extends Subject>(subject: S, notice: Notices[S]): void
  subscribe<S extends Subject>(subject: S, hear: (notice: Notices[S]) => void): () => void
}
