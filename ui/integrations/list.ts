import { curl } from './curl.ts'
import type { Integration } from './integration.ts'
import { langfuse } from './langfuse.ts'
import { langgraph } from './langgraph.ts'
import { langsmith } from './langsmith.ts'
import { openinference } from './openinference.ts'
import { opentelemetry } from './opentelemetry.ts'
import { python } from './python.ts'
import { traceloop } from './traceloop.ts'
import { typescript } from './typescript.ts'
import { vercelAi } from './vercel-ai.ts'

/** Every way into the hub that the pages show; the first is what they begin with. */
export const INTEGRATIONS: { own: readonly Integration[]; other: readonly Integration[] } = {
  own: [curl, typescript, python, langgraph],
  other: [langsmith, langfuse, opentelemetry, openinference, traceloop, vercelAi],
}
