import { OTLP_TRACES } from '#shared/contract/otlp.ts'
import { parseJson, parseStored } from '#shared/http/parse-json.ts'
import { mediaTypeOf, type Body, type Takes } from '#shared/http/read-body.ts'
import type { Call, Route } from '#shared/http/serve.ts'
import type { ProjectRef } from '#shared/http/auth.ts'
import { withRules } from '#shared/masking/rules-of.ts'
import { parseProtobuf } from '#shared/protocol/otlp/open-protobuf.ts'
import { otlpJson, otlpProtobuf } from '#shared/protocol/otlp/otlp.ts'
import { writeAnswer, type Rejection } from '#shared/protocol/otlp/write-answer.ts'
import { writeJson } from '#shared/protocol/otlp/write-json.ts'
import type { Protocol } from '#shared/protocol/saying.ts'
import type { CommitLane } from '#shared/store/lane/commit-lane.ts'
import { commitAny, projectOf, readTurn, type Accepted } from './accept.ts'
import { mask } from './mask.ts'
import { neverFinal } from './never-final.ts'

const PROTOBUF = 'application/x-protobuf'
const JSON_TYPE = 'application/json'
const MOST_BYTES = 32 * 1024 * 1024
/** A message of protobuf that says nothing has no bytes. */
const TAKES: Record<string, Takes> = {
  [PROTOBUF]: { media: [PROTOBUF, JSON_TYPE], max_bytes: MOST_BYTES, may_be_empty: true },
  [JSON_TYPE]: { media: [PROTOBUF, JSON_TYPE], max_bytes: MOST_BYTES },
}
const MOST_NAMED = 5

type Said = { protocol: Protocol; body: Body; document: unknown }

/** What is hidden is hidden in JSON: a project with rules has its protobuf kept in that form. */
function readProtobuf(project: ProjectRef, sent: Body): Said {
  const request = parseProtobuf(sent.raw)
  const plain: Said = { protocol: otlpProtobuf, body: sent, document: request }
  return withRules(project.masking, (rules) => {
    if (!rules) return plain
    const raw = Buffer.from(JSON.stringify(writeJson(request)))
    const body: Body = { sent: raw, encoding: 'identity', raw }
    return { protocol: otlpJson, ...mask(project, otlpJson, { body, document: parseStored(raw) }) }
  })
}

const readJson = (project: ProjectRef, sent: Body): Said => ({
  protocol: otlpJson,
  ...mask(project, otlpJson, { body: sent, document: parseJson(sent.raw) }),
})

async function take(lane: CommitLane, call: Call): Promise<Accepted> {
  const project = projectOf(call)
  const media = mediaTypeOf(call.request)
  const sent = await readTurn(lane, call, TAKES[media] ?? TAKES[JSON_TYPE])
  const { protocol, body, document } = (media === PROTOBUF ? readProtobuf : readJson)(project, sent)
  return commitAny(lane, protocol, { project, body, document, batch: protocol.read(document) })
}

function rejectionOf({ outcome: { rejected } }: Accepted): Rejection {
  const named = rejected.slice(0, MOST_NAMED).map(({ detail }) => detail)
  const more = rejected.length > MOST_NAMED ? [`and ${rejected.length - MOST_NAMED} more`] : []
  return { count: rejected.length, message: [...named, ...more].join('; ') }
}

function answer(media: string, rejection: Rejection): Response {
  const headers = { 'content-type': media, 'cache-control': 'no-store' }
  if (media === PROTOBUF) return new Response(Buffer.from(writeAnswer(rejection)), { headers })
  const { count, message } = rejection
  const said = count === 0 ? {} : { rejectedSpans: String(count), errorMessage: message }
  return Response.json({ partialSuccess: said }, { headers })
}

/** `POST /v1/traces` and where else exporters look for it. */
export const otlpDoors = (lane: CommitLane): Route[] =>
  OTLP_TRACES.map((endpoint) => ({
    endpoint,
    answer: (_request, _params, call) =>
      neverFinal(async () => {
        const media = mediaTypeOf(call.request)
        return answer(media === PROTOBUF ? PROTOBUF : JSON_TYPE, rejectionOf(await take(lane, call)))
      }),
  }))
