import { HubError } from '#shared/errors.ts'
import { isRecord } from '#shared/protocol/clean.ts'
import type { Deps } from '#shared/service.ts'
import type { Reading } from './accept.ts'

/** Strict mode, `allow_missing_parent: false`: every parent must be in the request or stored, else 400 and nothing is. */
export async function requireParents(
  { database }: Deps,
  { document, batch, project }: Reading,
): Promise<void> {
  if (!isRecord(document) || document['allow_missing_parent'] !== false) return
  const here = new Set(
    batch.items.flatMap(({ span, trace }) => (span ? [`${trace.key} ${span.span.key}`] : [])),
  )
  const missing = batch.items.flatMap(({ span, trace }) => {
    const parent = span?.values.parent_key
    return parent && !here.has(`${trace.key} ${parent}`) ? [{ trace_key: trace.key, parent }] : []
  })
  if (missing.length === 0) return
  const found = await database.sql<{ trace_key: string; span_key: string }[]>`
    select t.trace_key, s.span_key
    from unnest(${missing.map((m) => m.trace_key)}::text[], ${missing.map((m) => m.parent)}::text[]) k(t, s)
    join traces t on t.project_no = ${project.project_no} and t.trace_key = k.t
    join spans s on s.project_no = t.project_no and s.trace_no = t.trace_no and s.span_key = k.s
      and s.trace_day = t.trace_day`
  const stored = new Set(found.map((row) => `${row.trace_key} ${row.span_key}`))
  const absent = missing.find(({ trace_key, parent }) => !stored.has(`${trace_key} ${parent}`))
  if (absent) throw new HubError('parent_not_found', { detail: `parent span not found: ${absent.parent}` })
}
