import { decide } from './decide/decide.ts'
import { langfuse } from './langfuse/langfuse.ts'
import { langsmithBatch } from './langsmith/langsmith-batch.ts'
import { langsmithFeedback } from './langsmith/langsmith-feedback.ts'
import { langsmithMultipart } from './langsmith/langsmith-multipart.ts'
import { evals } from './native/evals.ts'
import { events } from './native/events.ts'
import { langgraphRuns } from './native/langgraph-runs.ts'
import { traces } from './native/traces.ts'
import { otlpJson, otlpProtobuf } from './otlp/otlp.ts'
import type { Protocol } from './saying.ts'

/** Every protocol whose documents stand in the log. */
const PROTOCOLS: Protocol[] = [
  ...[traces, events, langgraphRuns, evals, decide, otlpJson, otlpProtobuf, langfuse],
  ...[langsmithMultipart, langsmithBatch, langsmithFeedback],
]

const byCode = new Map(PROTOCOLS.map((protocol) => [protocol.code, protocol]))

export const protocolOf = (code: number): Protocol | undefined => byCode.get(code)
