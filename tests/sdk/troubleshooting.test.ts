import { join } from 'node:path'
import { expect, test } from 'bun:test'
import { suiteThatNeeds } from '#shared/testing/require.ts'
import { LLMTraceClient, type ClientOptions } from '../../sdk/typescript/src/index.ts'
import { faultyHub } from './faulty-hub.ts'
import { openRunner } from './run-app.ts'
import { pythonOf } from './run-pytest.ts'
import { runCommand, serveHub } from './serve-hub.ts'

const PAGE = await Bun.file(join(import.meta.dir, '../../docs/troubleshooting.md')).text()
const hub = await serveHub()
const start = openRunner()

/** A client of a new project, and what it warns of. */
async function open(options: ClientOptions = {}) {
  const project = await hub.mint()
  const warnings: string[] = []
  const client = new LLMTraceClient({
    ...{ baseUrl: 'http://localhost', apiKey: project.key, exitTimeoutMs: 0 },
    fetch: async (url, init) => hub.api.fetch(new Request(url, init)),
    onWarning: (message) => void warnings.push(message),
    ...options,
  })
  const traces = async () => {
    const { json } = await hub.send(project, 'GET', '/api/v1/traces')
    // The contract of the list.
    return json['items'] as { id: string; name: string; status: string; total_spans: number }[]
  }
  return { project, client, warnings, traces }
}

const CASES: Record<string, () => Promise<void>> = {
  async '`409 Conflict`'() {
    const { project } = await open()
    const said = { trace_id: 't-1', eval_name: 'e', eval_model: 'm', passed: true, idempotency_key: 'once' }
    const post = (score: number, more = {}) =>
      hub.send(project, 'POST', '/api/v1/evals', { ...said, score, ...more })
    await hub.send(project, 'POST', '/api/v1/ingest/traces', {
      trace: { trace_id: 't-1', status: 'success', start_time: new Date().toISOString() },
    })
    expect((await post(1)).status).toBe(200)
    expect((await post(1)).status).toBe(200)
    expect(await post(0)).toMatchObject({ status: 409, json: { code: 'idempotency_conflict' } })
    expect((await post(0, { idempotency_key: 'another' })).status).toBe(200)
  },

  async '`fetch failed`, `Connection refused`'() {
    const { client, warnings, traces } = await open()
    const { out } = await hub.use((env) =>
      runCommand(['curl', '-sS', `${env['TRACEHUB_BASE_URL']}/healthz`], {}),
    )
    expect(out).toBe('{"ok":true}')
    const child = start(
      'node',
      `hub.trace('t').end(); await hub.flush({ timeoutMs: 300 }).catch(() => {})
      console.log(hub.stats().pending)`,
      'http://127.0.0.1:9',
      '{ exitTimeoutMs: 1 }',
    )
    expect(await new Response(child.stdout).text()).toBe('2\n')
    expect(await new Response(child.stderr).text()).toContain('the hub does not take data (fetch failed)')
    client.trace('there').end()
    await client.flush()
    expect(warnings).toEqual([])
    expect(await traces()).toHaveLength(1)
  },

  async '`403` with `key_not_activated`'() {
    const key = 'dev-key'
    const made = await hub.api.request('POST', '/api/v1/projects', { key, body: { name: 'new' } })
    // The contract of a project.
    const { id, api_key } = (await made.json()) as { id: string; api_key: string }
    const body = { trace: { trace_id: 't-1', status: 'success', start_time: new Date().toISOString() } }
    const send = (by: string) => hub.api.request('POST', '/api/v1/ingest/traces', { key: by, body })
    const refused = await send(api_key)
    expect(refused.status).toBe(403)
    expect(await refused.json()).toMatchObject({ code: 'key_not_activated' })
    const rotated = await hub.api.request('POST', `/api/v1/projects/${id}/rotate-key`, { key })
    expect((await send(((await rotated.json()) as { api_key: string }).api_key)).status).toBe(200)
  },

  async '`items were lost (refused): 401`'() {
    const { client, warnings } = await open({ apiKey: 'proj_nobody-has-this' })
    client.trace('t').end()
    await client.flush().catch(() => {})
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/items were lost \(refused\): 401/)
    expect(client.stats()).toMatchObject({ dropped: 2, pending: 0 })
  },

  async 'A trace stays `running`'() {
    const { client, traces } = await open()
    client.startTrace({ name: 'forgotten' })
    await client.flush()
    expect(await traces()).toMatchObject([{ status: 'running' }])
    client.endTrace()
    await client.flush()
    expect(await traces()).toMatchObject([{ status: 'success' }])
  },

  async 'Nothing arrives, and nothing complains'() {
    for (const options of [{ enabled: false }, { sampleRate: 0 }]) {
      const { client, traces, warnings } = await open(options)
      client.trace('t').end()
      await client.flush()
      const { recorded, unsampled } = client.stats()
      expect(recorded === 0 || unsampled > 0).toBe(true)
      expect([await traces(), warnings]).toEqual([[], []])
    }
  },

  async 'A short program sends nothing'() {
    const server = await faultyHub(() => null)
    const kill = `process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000)`
    await start('node', `hub.trace('t').end(); ${kill}`, server.url).exited
    expect(server.came).toHaveLength(0)
    await start('node', `hub.trace('t').end(); await hub.flush(); ${kill}`, server.url).exited
    expect(server.came).toHaveLength(1)
  },

  async '`items were lost (queue_full)`'() {
    let is_away = true
    const { client, warnings, traces } = await open({
      maxQueueBytes: 20_000,
      fetch: async () =>
        is_away
          ? Promise.reject(new Error('away'))
          : Response.json({ accepted: 1, duplicates: 0, rejected: [] }),
    })
    for (let n = 0; n < 200; n++) client.trace(`t${n}`).end()
    await client.flush({ timeoutMs: 20 }).catch(() => {})
    is_away = false
    await client.flush()
    expect(warnings.some((warning) => warning.includes('items were lost (queue_full)'))).toBe(true)
    expect(client.stats().acknowledged).toBeGreaterThan(0)
    expect(await traces()).toEqual([])
  },

  async 'Every answer is blocked'() {
    const away = await open({ fetch: () => Promise.reject(new Error('away')) })
    const asked = { input: 'q', timeoutMs: 100 }
    const blocked = await away.client.guard('an answer', asked)
    expect(blocked).toMatchObject({ allowed: false, answer: null, unavailable: { reason: 'unreachable' } })
    const allowed = await away.client.guard('an answer', { ...asked, onUnavailable: 'allow' })
    expect(allowed).toMatchObject({ allowed: true, answer: 'an answer' })
    const strange = await open({ apiKey: 'proj_nobody-has-this' })
    expect((await strange.client.guard('an answer')).unavailable?.reason).toBe('refused')
  },

  async 'Each span is a trace of its own'() {
    const { client, traces } = await open()
    for (const name of ['a', 'b']) client.span(name, () => {})
    await client.flush()
    expect(await traces()).toHaveLength(2)
    client.trace('around', () => ['a', 'b'].map((name) => client.span(name, () => {})))
    await client.flush()
    expect(await traces()).toHaveLength(3)
  },
}

const PYTHON: Record<string, () => Promise<void>> = {
  async "`ModuleNotFoundError: No module named 'llm_trace_hub'`"() {
    const code = 'import llm_trace_hub; print(llm_trace_hub.__version__)'
    const without = await runCommand(['python3', '-I', '-c', code], {})
    expect(without.err).toContain("ModuleNotFoundError: No module named 'llm_trace_hub'")
    const { out } = await runCommand([await pythonOf(), '-c', code], {})
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/)
  },

  async '`error: externally-managed-environment`'() {
    // The marker that Debian puts beside its Python is what pip looks for; a virtual environment has none.
    const code =
      "import os, sysconfig; print(os.path.exists(sysconfig.get_path('stdlib') + '/EXTERNALLY-MANAGED'))"
    const [system, venv] = [
      await runCommand(['python3', '-m', 'pip', 'install', '--dry-run', '--no-index', 'httpx'], {}),
      await runCommand([await pythonOf(), '-m', 'pip', 'install', '--dry-run', '--no-index', 'httpx'], {}),
    ]
    const { out: is_managed } = await runCommand(['python3', '-c', code], {})
    expect(system.err.includes('externally-managed-environment')).toBe(is_managed === 'True\n')
    expect(venv.code).toBe(0)
  },
}

test('docs/troubleshooting.md has a heading for each case that is tested, and no other', () => {
  const headings = [...PAGE.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading ?? '')
  expect(headings.toSorted()).toEqual([...Object.keys(CASES), ...Object.keys(PYTHON)].toSorted())
})

for (const [heading, produce] of Object.entries(CASES)) test(heading, produce)

suiteThatNeeds('python', 'troubleshooting of the Python SDK', () => {
  for (const [heading, produce] of Object.entries(PYTHON)) test(heading, produce, 300_000)
})
