import type { Deps } from '#shared/service.ts'
import { checkClock, checkMigrations, checkServer } from './check-database.ts'
import { checkKeys, checkSecrets } from './check-keys.ts'
import { checkOutbound, checkServers, checkWebhooks } from './check-outside.ts'
import { checkBacklog, checkDays, checkRetention, checkSpace } from './check-record.ts'
import { wrong, type Finding, type Level } from './finding.ts'

export type { Level }

/** How a finding begins on the screen. */
export const MARKS: Record<Level, string> = { ok: '[ ok  ]', warn: '[ look]', bad: '[WRONG]' }

type Check = (deps: Deps) => Finding[] | Promise<Finding[]>

const CHECKS: Record<string, Check> = {
  server: checkServer,
  migrations: checkMigrations,
  clock: checkClock,
  space: checkSpace,
  days: checkDays,
  retention: checkRetention,
  servers: checkServers,
  secrets: checkSecrets,
  keys: checkKeys,
  outbound: checkOutbound,
  webhooks: checkWebhooks,
  backlog: checkBacklog,
}

/** Looks at everything that a hub needs; a check that fails is itself found wrong. */
export async function examine(deps: Deps): Promise<Finding[]> {
  const found: Finding[] = []
  for (const [name, check] of Object.entries(CHECKS)) {
    try {
      found.push(...(await check(deps)))
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      found.push(wrong(`The check of ${name} failed: ${reason}`, 'See the log of the database.'))
    }
  }
  return found
}
