import { afterAll, expect, test } from 'bun:test'
import { serveOtlp } from '../../otlp/serve-otlp.ts'
import { openSnippets } from '../../ui/open-snippets.ts'

/** What the next requests are answered with instead, in their order. */
let instead: Response[] = []
const hub = await serveOtlp(() => instead.shift())
afterAll(hub.stop)
const snippets = await openSnippets()
afterAll(snippets.stop)

const busy = (status: number) => new Response('', { status, headers: { 'retry-after': '1' } })

async function play(wire: string, env: Record<string, string> = {}) {
  const project = await hub.mint()
  hub.seen.length = 0
  await hub.run(import.meta.dir, 'app.mjs', {
    ...(await snippets.variablesOf('opentelemetry', 'opentelemetry', { url: hub.url, key: project.key })),
    ...{ WIRE: wire, ...env },
  })
  return { project, ...(await hub.told(project)) }
}

test.each(['proto', 'json'])(
  'the SDK of OpenTelemetry over OTLP %s: all that it says is there',
  async (wire) => {
    const { traces } = await play(wire)
    const [trace] = traces
    expect(traces).toHaveLength(1)
    expect(trace?.trace).toMatchObject({
      ...{ name: 'answer', status: 'success', user_id: 'u-1', session_id: 's-1', environment: 'prod' },
      ...{ release: '1.2.3', total_spans: 3, error_count: 1, input_tokens: 120, output_tokens: 34 },
    })
    expect(trace?.spanOf('chat gpt-4.1')).toMatchObject({
      ...{ span_type: 'llm', model: 'gpt-4.1', input: [{ role: 'user', content: '왜?' }] },
      attributes: {
        flags: [true, false],
        ratio: 0.25,
        otel: { scope: { name: 'shop' }, resource: { 'service.name': 'shop' } },
      },
    })
    expect(trace?.spanOf('lookup')).toMatchObject({ span_type: 'tool', status: 'error' })
    expect(trace?.spanOf('lookup')?.error).toContain('TypeError: bad tool\n    at ')
    expect(trace?.evaluations).toHaveLength(1)
    expect(hub.seen).toEqual([
      {
        path: '/v1/traces',
        type: wire === 'json' ? 'application/json' : 'application/x-protobuf',
        encoding: 'identity',
        status: 200,
      },
    ])
  },
)

test('an exporter with gzip is understood', async () => {
  const { traces } = await play('proto', { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' })
  expect(traces[0]?.trace.total_spans).toBe(3)
  expect(hub.seen[0]).toMatchObject({ encoding: 'gzip', status: 200 })
})

test.each([429, 503])(
  'after an answer of %i the exporter comes again, and nothing is lost or doubled',
  async (status) => {
    instead = [busy(status)]
    const { traces } = await play('proto')
    expect(hub.seen.map((each) => each.status)).toEqual([status, 200])
    expect(traces.map(({ trace }) => trace.total_spans)).toEqual([3])
  },
)
