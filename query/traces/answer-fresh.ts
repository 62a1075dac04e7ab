import { createHash } from 'node:crypto'
import type postgres from 'postgres'
import { HubError } from '#shared/errors.ts'
import { idKey } from '#shared/ids.ts'
import { VERSION } from '#shared/version.ts'
import { mayGoOnRow, staleBefore } from './show-trace.ts'

type Seen = { trace_no: string; version: string; open: boolean; updated_at: number }
type Asked = { project_no: number; trace_id: string; request: Request; now_ms: number }

/** Raised with every change of what these answers look like within a release. */
const FORM = 4

/** A tag of an answer: its question and what it was made of. Roles are not in there: readers all see the same. */
export function tagOf(request: Request, parts: unknown[]): string {
  const { pathname, search } = new URL(request.url)
  const said = JSON.stringify([VERSION, FORM, pathname, search, ...parts])
  return `"${createHash('sha256').update(said).digest('base64url').slice(0, 22)}"`
}

/** A tag of a trace's answer: the same while its version is, and while it has not gone quiet. */
export const traceTag = (seen: Seen, { request, now_ms }: Pick<Asked, 'request' | 'now_ms'>): string =>
  tagOf(request, [seen.trace_no, seen.version, seen.open && seen.updated_at < staleBefore(now_ms)])

/** Whether the caller asks only for what is not this. */
export function isKnown(request: Request, tag: string): boolean {
  const known = request.headers.get('if-none-match')?.split(',') ?? []
  return known.some((one) => one.trim().replace(/^W\//, '') === tag.replace(/^W\//, ''))
}

const headersOf = (etag: string) => ({ etag, 'cache-control': 'no-store' })

/** 304: the caller has it already. */
export const unchanged = (tag: string): Response =>
  new Response(null, { status: 304, headers: headersOf(tag) })

/** 304 when the caller already has what it asks for: one narrow row says so. Null when it has to be read. */
export async function notModified(sql: postgres.ISql, asked: Asked): Promise<Response | null> {
  if (!asked.request.headers.has('if-none-match')) return null
  const [seen] = await sql<Seen[]>`
    select trace_no, version, ${mayGoOnRow(sql)} as open,
      (extract(epoch from updated_at) * 1000000)::float8 as updated_at
    from traces where project_no = ${asked.project_no} and trace_key = ${idKey(asked.trace_id)}`
  if (!seen) throw new HubError('trace_not_found')
  const tag = traceTag(seen, asked)
  return isKnown(asked.request, tag) ? unchanged(tag) : null
}

/** An answer with its tag. */
export const fresh = (value: unknown, etag: string): Response =>
  Response.json(value, { headers: headersOf(etag) })
