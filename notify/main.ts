import { runProcess } from '#shared/process/run-process.ts'
import { serveAlone } from '#shared/process/serve-alone.ts'
import { notify } from './service.ts'

await runProcess(async (start) => serveAlone(start, notify), 'llm-trace-hub-notify')
