import { expect, test } from 'bun:test'
import { hubDataDir, spawnHub } from '../../../shared/testing/spawn-hub.ts'
import { until } from '../../../shared/testing/until.ts'

const RESTARTS = 2
const BETWEEN_MS = 1500
const HEADERS = { 'x-api-key': 'dev-key' }

type Told = { sent: string[]; acknowledged: string[]; retries: number; failures: string[] }
type Stored = { trace: Record<string, number>; spans: { id: string }[] }

/** An app that traces with the exporter of OpenTelemetry, unmodified, until it is told to stop. */
function startApp(base: string) {
  const child = Bun.spawn(['node', 'long-app.mjs'], {
    cwd: import.meta.dir,
    env: {
      PATH: process.env['PATH'] ?? '',
      OTEL_EXPORTER_OTLP_ENDPOINT: base,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=dev-key',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let out = ''
  const reading = (async () => {
    const decoder = new TextDecoder()
    for await (const part of child.stdout) out += decoder.decode(part, { stream: true })
  })()
  return {
    answers: () => out.split('acknowledged\n').length - 1,
    async stop(): Promise<Told> {
      child.stdin.write('stop\n')
      await child.stdin.end()
      await reading
      return JSON.parse(out.trimEnd().split('\n').at(-1) ?? '') as Told
    },
  }
}

/** The spans of these traces as the hub has them; a trace counts what it has. */
async function storedOf(base: string, trace_ids: Iterable<string>): Promise<string[]> {
  const stored: string[] = []
  for (const trace_id of trace_ids) {
    const response = await fetch(`${base}/api/v1/traces/${trace_id}?spans=tree`, { headers: HEADERS })
    expect([200, 404]).toContain(response.status)
    if (response.status === 404) continue
    const { trace, spans } = (await response.json()) as Stored
    expect(trace).toMatchObject({ total_spans: spans.length, ended_spans: spans.length })
    stored.push(...spans.map(({ id }) => `${trace_id} ${id}`))
  }
  return stored
}

test('PostgreSQL is killed and comes back while the exporter sends: nothing acknowledged is lost or doubled', async () => {
  const hub = await spawnHub({ data_dir: hubDataDir() })
  const app = startApp(hub.api)
  for (let restart = 0; restart < RESTARTS; restart++) {
    const before = app.answers()
    await until('the exporter is at work', () => app.answers() > before + 2)
    await Bun.sleep(BETWEEN_MS)
    const postgres = hub.postgresPid() ?? 0
    process.kill(postgres, 'SIGKILL')
    await until('PostgreSQL is there again', () => (hub.postgresPid() ?? postgres) !== postgres)
  }
  const { sent, acknowledged, retries, failures } = await app.stop()
  // It was told to come again, and never that its spans were refused; it gives up by itself after five times.
  expect(retries).toBeGreaterThan(0)
  expect(failures.filter((said) => !said.includes('retryable status'))).toEqual([])
  expect(acknowledged.length).toBeGreaterThan(sent.length / 2)
  const stored = await storedOf(hub.api, new Set(sent.map((id) => id.split(' ')[0] ?? '')))
  const [in_hub, by_app] = [new Set(stored), new Set(sent)]
  expect(in_hub.size).toBe(stored.length)
  expect(acknowledged.filter((id) => !in_hub.has(id))).toEqual([])
  expect(stored.filter((id) => !by_app.has(id))).toEqual([])
  const answer = await fetch(`${hub.api}/api/v1/ledger`, { headers: HEADERS })
  const { items } = (await answer.json()) as { items: Record<string, number>[] }
  const sum = (name: string) => items.reduce((total, item) => total + (item[name] ?? 0), 0)
  expect([sum('stored'), sum('rejected')]).toEqual([stored.length, 0])
  expect(sum('received')).toBe(sum('stored') + sum('duplicate'))
}, 120_000)
