export { TraceHubCallbackHandler } from './handler.ts'
export type { HandlerOptions } from './runs.ts'
export type { CompiledGraph } from './topology.ts'
export { traceGraph } from './trace-graph.ts'
