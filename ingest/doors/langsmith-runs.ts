import { LANGSMITH } from '#shared/contract/langsmith.ts'
import { HubError } from '#shared/errors.ts'
import type { Body } from '#shared/http/read-body.ts'
import type { Call, Route } from '#shared/http/serve.ts'
import { withRules } from '#shared/masking/rules-of.ts'
import { langsmithBatch } from '#shared/protocol/langsmith/langsmith-batch.ts'
import { langsmithMultipart } from '#shared/protocol/langsmith/langsmith-multipart.ts'
import { parseMultipart } from '#shared/protocol/langsmith/multipart.ts'
import type { CommitLane } from '#shared/store/lane/commit-lane.ts'
import { projectOf, readDocument, readTurn, type Reading } from './accept.ts'
import { answerAccepted, JSON_BODY, MULTIPART } from './langsmith-accept.ts'
import { maskMultipart } from './mask-multipart.ts'

/** The boundary that a `content-type` names. */
function boundaryOf(request: Request): string {
  const type = request.headers.get('content-type') ?? ''
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(type) ?? []
  const boundary = quoted ?? plain
  if (boundary !== undefined) return boundary
  throw new HubError('malformed_multipart', { detail: 'The content-type names no boundary' })
}

function checkBoundary({ raw }: Body, boundary: string): void {
  const start = Buffer.from(`--${boundary}`, 'latin1')
  if (Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).subarray(0, start.length).equals(start)) return
  const detail = 'The body does not begin with the boundary that its content-type names'
  throw new HubError('malformed_multipart', { detail })
}

async function readMultipart(lane: CommitLane, call: Call): Promise<Reading> {
  const project = projectOf(call)
  const sent = await readTurn(lane, call, MULTIPART)
  checkBoundary(sent, boundaryOf(call.request))
  const document = parseMultipart(sent.raw)
  const said = withRules(project.masking, (rules) =>
    rules ? maskMultipart(rules, document) : { body: sent, document },
  )
  return { project, ...said, batch: langsmithMultipart.read(said.document) }
}

/** `POST /runs/multipart` and `POST /runs/batch`, wherever clients look for them. */
export const langsmithRunDoors = (lane: CommitLane): Route[] =>
  LANGSMITH.flatMap(({ multipart, batch }) => [
    {
      endpoint: multipart,
      answer: async (_request, _params, call) =>
        answerAccepted(() => readMultipart(lane, call), lane, langsmithMultipart),
    },
    {
      endpoint: batch,
      answer: async (_request, _params, call) =>
        answerAccepted(() => readDocument(lane, call, langsmithBatch, JSON_BODY), lane, langsmithBatch),
    },
  ])
