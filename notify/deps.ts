import type { Outbound } from '#shared/http/outbound.ts'
import type { Deps } from '#shared/service.ts'

/** What notifications are made with; tests hand in their own. */
export type NotifyDeps = Deps & {
  send: Outbound
  /** Throws `url_not_allowed` for a URL that the hub would not send to. */
  checkUrl: (url: string) => Promise<void>
  /** From 0 to 1, for the jitter of the schedule. */
  random: () => number
}
