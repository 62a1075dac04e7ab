import { runProcess } from '#shared/process/run-process.ts'
import { serveAlone } from '#shared/process/serve-alone.ts'
import { decide } from './service.ts'

await runProcess(async (start) => serveAlone(start, decide), 'llm-trace-hub-decide')
