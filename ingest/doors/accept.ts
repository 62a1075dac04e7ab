import type { Call } from '#shared/http/serve.ts'
import type { ProjectRef } from '#shared/http/auth.ts'
import { HubError } from '#shared/errors.ts'
import { parseJson } from '#shared/http/parse-json.ts'
import { readBody, type Body } from '#shared/http/read-body.ts'
import type { Batch, Protocol } from '#shared/protocol/saying.ts'
import type { CommitLane } from '#shared/store/lane/commit-lane.ts'
import type { Outcome } from '#shared/store/lane/job.ts'
import { mask } from './mask.ts'

/** What a request said and what became of it. */
export type Accepted = { batch: Batch; outcome: Outcome }

/** A request that has been read, before it goes to the lane. */
export type Reading = { project: ProjectRef; body: Body; document: unknown; batch: Batch }

/** The project that a request goes into. */
export function projectOf({ principal }: Call): ProjectRef {
  if (principal.project) return principal.project
  throw new HubError('project_required')
}

/** Reads a request's bytes into what they say; an invalid envelope ends here. */
export async function readDocument(lane: CommitLane, call: Call, protocol: Protocol): Promise<Reading> {
  const project = projectOf(call)
  lane.turns.check(project.project_no)
  const sent = await readBody(call.request, call.config)
  await lane.turns.wait(project.project_no, sent.raw.length)
  const { body, document } = mask(project, protocol, { body: sent, document: parseJson(sent.raw) })
  return { project, body, document, batch: protocol.read(document) }
}

/** Bodies that came plain are kept compressed; the others as they came. */
function stored({ sent, encoding, raw }: Body) {
  if (encoding !== 'identity') return { body: sent, encoding }
  return { body: Bun.zstdCompressSync(raw, { level: 1 }), encoding: 'zstd' as const }
}

/** Sends what was read through the lane; resolves when it is committed. */
export async function commit(
  lane: CommitLane,
  protocol: Protocol,
  { project, body, batch }: Reading,
): Promise<Accepted> {
  const outcome = await lane.commit({
    project_no: project.project_no,
    protocol,
    ...stored(body),
    raw_bytes: body.raw.length,
    batch,
  })
  return { batch, outcome }
}

/** The part of every batch answer that tells what became of its items. */
export const tell = ({ outcome }: Accepted) => ({
  accepted: outcome.accepted,
  duplicates: outcome.duplicates,
  rejected: outcome.rejected
    .map(({ index, id, code, detail }) => ({ index, id, code, detail }))
    .toSorted((a, b) => a.index - b.index),
})
