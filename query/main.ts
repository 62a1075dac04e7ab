import { runProcess } from '#shared/process/run-process.ts'
import { serveAlone } from '#shared/process/serve-alone.ts'
import { query } from './service.ts'

await runProcess(async (start) => serveAlone(start, query), 'llm-trace-hub-query')
