import { openPort } from '#shared/process/open-port.ts'
import { runProcess } from '#shared/process/run-process.ts'
import { secretKey } from '#shared/process/secret-key.ts'
import { ui } from './service.ts'

const API = 'http://127.0.0.1:8000'

await runProcess(async (start) => {
  const { config, at_end, log, say } = start
  const base = config.backend_url ?? API
  // Pages show the API as people reach it, which is on the port where this process does.
  const api_port = Number(new URL(base).port) || config.api_port
  const deps = { config: { ...config, api_port, secret_key: secretKey(config) }, clock: Date.now, log }
  const pages = await ui(deps, { fetch, base })
  at_end(pages.name, pages.stop)
  say(`${pages.name}  ${openPort(start, pages.fetch, config.ui_port, 'HUB_UI_PORT')}`)
})
