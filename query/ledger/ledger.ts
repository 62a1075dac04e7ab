import * as contract from '#shared/contract/traces.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import { protocolOf } from '#shared/protocol/index.ts'
import type { Deps } from '#shared/service.ts'
import { firstLogIdAt } from '#shared/store/log-id.ts'
import { writeTime } from '#shared/time.ts'
import { projectOf } from '../project-of.ts'

const HOUR_MS = 3_600_000

type Row = {
  hour: number
  protocol: number
  requests: number
  received: number
  stored: number
  duplicate: number
  rejected: number
  raw_bytes: number
}

/** `GET /api/v1/ledger`: whole hours, the current one last; each row adds up. */
export const ledger = (deps: Deps): Route =>
  serve(contract.ledger, async ({ query, principal }) => {
    const { project_no } = projectOf(principal)
    const window_hours = query.last_hours ?? 24
    const hour_ms = Math.floor(deps.clock() / HOUR_MS) * HOUR_MS
    const since_ms = hour_ms - (window_hours - 1) * HOUR_MS
    // The index is by log id, whose head is the time of receipt or, once the clock was set back, a later one.
    const rows = await deps.database.read<Row[]>`
      select extract(epoch from date_trunc('hour', received_at))::float8 * 1000000 as hour, protocol,
        count(*)::float8 as requests, sum(received)::float8 as received, sum(stored)::float8 as stored,
        sum(duplicate)::float8 as duplicate, sum(rejected)::float8 as rejected,
        sum(raw_bytes)::float8 as raw_bytes
      from log
      where project_no = ${project_no} and log_id >= ${firstLogIdAt(since_ms)}
        and received_at >= ${writeTime(since_ms * 1000)}::text::timestamptz
      group by 1, protocol order by 1 desc, protocol`
    return {
      window_hours,
      items: rows.map(({ hour, protocol, ...counts }) => ({
        hour: writeTime(hour),
        protocol: protocolOf(protocol)?.name ?? String(protocol),
        ...counts,
      })),
    }
  })
