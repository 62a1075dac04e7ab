import { afterAll, expect, test } from 'bun:test'
import { serveOtlp } from '../../otlp/serve-otlp.ts'
import { VISITS } from './graph-app.mjs'

const hub = await serveOtlp()
afterAll(hub.stop)

test('OpenInference by environment variables: runs, nodes, tokens, failures and the question are the truth', async () => {
  const project = await hub.mint()
  await hub.run(import.meta.dir, 'app.mjs', {
    OTEL_EXPORTER_OTLP_ENDPOINT: hub.url,
    OTEL_EXPORTER_OTLP_HEADERS: `x-api-key=${project.key}`,
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
  })
  const { visits, traces } = await hub.told(project)
  const [first, second] = traces
  expect(traces).toHaveLength(2)
  expect(visits).toEqual(VISITS)
  expect(first?.trace).toMatchObject({
    ...{ name: 'shop', status: 'success', input_tokens: 240, output_tokens: 68, session_id: 'thread-1' },
  })
  expect(second?.trace).toMatchObject({ status: 'success', input_tokens: 0, session_id: 'thread-1' })
  expect(first?.spanOf('broken')).toMatchObject({ span_type: 'tool', status: 'error' })
  expect(first?.spanOf('broken')?.error).toContain('bad tool')
  expect(first?.spanOf('act')).toMatchObject({ status: 'success' })
  expect(first?.spanOf('approve')).toMatchObject({ status: 'interrupted' })
  expect(first?.spanOf('approve')?.error).toContain('may I?')
  const model = first?.spans.find(({ span_type }) => span_type === 'llm')
  expect(model).toMatchObject({ cache_read_tokens: 40, input: [{ role: 'user', content: 'what is it?' }] })
  expect(model?.output).toEqual([{ role: 'assistant', content: 'forty-two' }])
  expect(new Set(hub.seen.map(({ type, encoding, status }) => `${type} ${encoding} ${status}`))).toEqual(
    new Set(['application/x-protobuf gzip 200']),
  )
})
