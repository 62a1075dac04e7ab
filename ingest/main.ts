import { runProcess } from '#shared/process/run-process.ts'
import { serveAlone } from '#shared/process/serve-alone.ts'
import { ingest } from './service.ts'

await runProcess(async (start) => serveAlone(start, ingest), 'llm-trace-hub-ingest')
