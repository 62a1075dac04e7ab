import type { Call } from '#shared/http/serve.ts'
import type { ProjectRef } from '#shared/http/auth.ts'
import { HubError } from '#shared/errors.ts'
import { parseJson } from '#shared/http/parse-json.ts'
import { readBody, type Body, type Takes } from '#shared/http/read-body.ts'
import type { Batch, Protocol } from '#shared/protocol/saying.ts'
import type { CommitLane } from '#shared/store/lane/commit-lane.ts'
import type { Job, Outcome } from '#shared/store/lane/job.ts'
import { mask, type Said } from './mask.ts'

/** What a request said and what became of it. */
export type Accepted = { batch: Batch; outcome: Outcome }

/** A request that has been read, before it goes to the lane. */
export type Reading = { project: ProjectRef; body: Body; document: unknown; batch: Batch }

/** The project that a request goes into. */
export function projectOf({ principal }: Call): ProjectRef {
  if (principal.project) return principal.project
  throw new HubError('project_required')
}

/** The bytes of a request, when it is its project's turn. */
export async function readTurn(lane: CommitLane, call: Call, takes?: Takes): Promise<Body> {
  const { project_no } = projectOf(call)
  lane.turns.check(project_no)
  const body = await readBody(call.request, call.config, takes)
  await lane.turns.wait(project_no, body.raw.length)
  return body
}

/** The same in JSON, and what they say. */
export async function readJson(lane: CommitLane, call: Call, takes?: Takes): Promise<Said> {
  const body = await readTurn(lane, call, takes)
  return { body, document: parseJson(body.raw) }
}

/** Masks a document, then reads it as its protocol does; an invalid envelope ends here. */
export function readMasked(call: Call, protocol: Protocol, said: Said): Reading {
  const project = projectOf(call)
  const { body, document } = mask(project, protocol, said)
  return { project, body, document, batch: protocol.read(document) }
}

/** Reads a request in JSON into what it says. */
export const readDocument = async (
  lane: CommitLane,
  call: Call,
  protocol: Protocol,
  takes?: Takes,
): Promise<Reading> => readMasked(call, protocol, await readJson(lane, call, takes))

const SAMPLE_BYTES = 16 * 1024
const compress = (bytes: Uint8Array) => Bun.zstdCompressSync(bytes, { level: 1 })

/** Pictures and the like are as small as they get: a look into the middle spares the whole of a large body a second copy. */
function isDense(raw: Uint8Array): boolean {
  if (raw.length < SAMPLE_BYTES * 4) return false
  const middle = raw.length >> 1
  return compress(raw.subarray(middle, middle + SAMPLE_BYTES)).length > SAMPLE_BYTES * 0.95
}

/** Bodies that came plain are kept compressed, where that makes them smaller; the others as they came. */
function stored({ sent, encoding, raw }: Body) {
  if (encoding !== 'identity' || isDense(raw)) return { body: sent, encoding }
  return { body: compress(raw), encoding: 'zstd' as const }
}

/** What was read, as the lane takes it. */
export const jobOf = (
  protocol: Protocol,
  { project, body, batch }: Pick<Reading, 'project' | 'body' | 'batch'>,
): Job => ({
  project_no: project.project_no,
  protocol,
  ...stored(body),
  raw_bytes: body.raw.length,
  batch,
})

/** Sends what was read through the lane; resolves when it is committed. */
export async function commit(lane: CommitLane, protocol: Protocol, reading: Reading): Promise<Accepted> {
  return { batch: reading.batch, outcome: await lane.commit(jobOf(protocol, reading)) }
}

/** The same, for protocols in which a request may say nothing: such a one leaves nothing. */
export const commitAny = async (lane: CommitLane, protocol: Protocol, reading: Reading): Promise<Accepted> =>
  reading.batch.received > 0
    ? commit(lane, protocol, reading)
    : { batch: reading.batch, outcome: { accepted: 0, duplicates: 0, rejected: [] } }

/** The part of every batch answer that tells what became of its items. */
export const tell = ({ outcome }: Accepted) => ({
  accepted: outcome.accepted,
  duplicates: outcome.duplicates,
  rejected: outcome.rejected
    .map(({ index, id, code, detail }) => ({ index, id, code, detail }))
    .toSorted((a, b) => a.index - b.index),
})
