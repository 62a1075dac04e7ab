import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'bun:test'
import { buildSdk } from '../../sdk/typescript/build.ts'

export type Runtime = 'node' | 'bun'

/** Builds the package once; what it gives runs plain JavaScript in a process of its own, with `hub`, a client that knows the environment. */
export function openRunner() {
  const folder = mkdtempSync(join(tmpdir(), 'hub-sdk-'))
  beforeAll(() => buildSdk(join(folder, 'sdk')), 60_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  return (runtime: Runtime, code: string, url: string, options = '{}', key = 'k') => {
    const file = join(folder, `${crypto.randomUUID()}.mjs`)
    writeFileSync(
      file,
      `import { LLMTraceClient } from ${JSON.stringify(join(folder, 'sdk/index.js'))}
const hub = new LLMTraceClient(${options})
${code}`,
    )
    const command = runtime === 'node' ? 'node' : process.execPath
    const { PATH = '' } = process.env
    return Bun.spawn([command, file], {
      env: { PATH, TRACEHUB_BASE_URL: url, TRACEHUB_API_KEY: key },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }
}
