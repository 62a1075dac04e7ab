import type { DecideBody, InlineTrace } from '#shared/contract/decide.ts'
import { idForm, idKey } from '#shared/ids.ts'
import type { ProjectRef } from '#shared/http/auth.ts'
import type { IdRef } from '#shared/protocol/saying.ts'
import type { Deps } from '#shared/service.ts'
import type { DocumentReader } from '#shared/store/read-documents.ts'
import type { Judges } from '../judges/open-judges.ts'
import type { InForce, PolicyBook } from '../policies/policy-book.ts'
import { reachDecision } from './reach-decision.ts'
import { findKnownTrace, readKnownTrace, type KnownTrace } from './read-known-trace.ts'
import type { Subject } from './read-request.ts'
import { payloadText, textsOf } from './texts-of.ts'
import type { Made } from './write-down.ts'

/** What it takes to decide. */
export type Deciding = { deps: Deps; book: PolicyBook; judges: Judges; documents: DocumentReader }

/** A request that was read, and when. */
export type Asked = {
  project: ProjectRef
  body: DecideBody
  request_digest: Uint8Array
  subject: Subject
  /** Milliseconds since 1970. */
  started_at: number
  /** The same moment on the clock of `performance`. */
  began: number
}

const refOf = (id: string): IdRef => {
  const key = idKey(id)
  const form = idForm(id, key)
  return { key, form, text: form === 2 ? id : null }
}

/** The trace that is there; of one that came without an id nobody can know, so nobody is asked. */
async function knownOf(
  { deps, documents }: Deciding,
  { project, subject }: Asked,
): Promise<KnownTrace | null> {
  const { sql } = deps.database
  if ('known' in subject) return readKnownTrace(sql, documents, project.project_no, subject.known)
  const { trace_id } = subject.inline
  return trace_id ? findKnownTrace(sql, documents, project.project_no, trace_id) : null
}

/** The version that decides: the project's, or the one that the caller names. */
export async function pickPolicy({ book }: Deciding, { project, body }: Asked): Promise<InForce> {
  const { force_policy_id, force_policy_version } = body
  return force_policy_id
    ? book.forced(project.project_no, force_policy_id, force_policy_version ?? null)
    : book.inForce(project.project_no)
}

/** The texts that are decided on: the request's own, else its payloads', else the trace's. */
async function readTexts(body: DecideBody, known: KnownTrace | null) {
  const input = textsOf(body.input) ?? payloadText(body.request_payload, 'input')
  const output = textsOf(body.output) ?? payloadText(body.response_payload, 'output')
  if (!known || (input !== null && output !== null)) return { input, output }
  const stored = await known.texts()
  return { input: input ?? stored.input, output: output ?? stored.output }
}

const given = (value: string | null | undefined, stored: string | null | undefined): string | null =>
  value || stored || null

function traceFacts(trace: IdRef, inline: InlineTrace | null, known: KnownTrace | null) {
  const facts = known?.facts
  return {
    id: facts?.id ?? trace.text ?? trace.key,
    status: facts?.status ?? 'running',
    environment: given(inline?.environment, facts?.environment),
    model: given(inline?.model, facts?.model),
    user_id: given(inline?.user_id, facts?.user_id),
    session_id: given(inline?.session_id, facts?.session_id),
    latency_ms: known?.latency_ms ?? null,
    cost_usd: known?.cost_usd ?? null,
  }
}

/** Decides on a request by a policy, and writes nothing. */
export async function judgeRequest(deciding: Deciding, asked: Asked, in_force: InForce): Promise<Made> {
  const { project, body, subject, started_at, began } = asked
  const { project_no } = project
  const known = await knownOf(deciding, asked)
  const inline = 'inline' in subject ? subject.inline : null
  const trace = known?.trace ?? refOf(inline?.trace_id ?? crypto.randomUUID())
  const texts = await readTexts(body, known)
  const reached = await reachDecision(deciding, {
    in_force,
    project_no,
    said: {
      input: texts.input ?? '',
      output: texts.output ?? '',
      contexts: body.contexts ?? [],
      latency_ms: known?.latency_ms ?? null,
      cost_usd: known?.cost_usd ?? null,
      evals: known?.evals ?? [],
    },
    payload: {
      request: body.request_payload ?? {},
      response: body.response_payload ?? {},
      trace: traceFacts(trace, inline, known),
      evals: known?.evals ?? [],
    },
    deadline_at: started_at + in_force.policy.deadline_ms,
  })
  const took_ms = performance.now() - began
  return {
    project_no,
    body,
    request_digest: asked.request_digest,
    trace,
    inline: inline ? { trace: inline, ...texts } : null,
    in_force,
    reached,
    started_at,
    ended_at: started_at + took_ms,
    latency_us: Math.round(took_ms * 1000),
  }
}
