import { afterAll, expect, test } from 'bun:test'
import { serveOtlp } from '../../otlp/serve-otlp.ts'

const hub = await serveOtlp()
afterAll(hub.stop)

test('the SDK of LangSmith in its OpenTelemetry mode: runs, usage once, a failed tool', async () => {
  const project = await hub.mint()
  await hub.run(import.meta.dir, 'app.mjs', {
    ...{ LANGSMITH_TRACING: 'true', LANGSMITH_TRACING_MODE: 'otel' },
    ...{ LANGSMITH_ENDPOINT: hub.url, LANGSMITH_API_KEY: project.key, LANGSMITH_PROJECT: 'shop' },
  })
  const { traces } = await hub.told(project)
  const [trace] = traces
  expect(traces).toHaveLength(1)
  expect(trace?.trace).toMatchObject({
    name: 'pipeline',
    status: 'success',
    input_tokens: 120,
    output_tokens: 34,
    session_id: 't-1',
    user_id: 'u-1',
    tags: ['beta'],
  })
  expect(trace?.spanOf('call')).toMatchObject({
    ...{ span_type: 'llm', model: 'gpt-4.1-mini', input_tokens: 120, cache_read_tokens: 40 },
    input: [{ role: 'user', content: 'What is 2+2?' }],
  })
  expect(trace?.spanOf('broken')).toMatchObject({ span_type: 'tool', status: 'error' })
  expect(trace?.spanOf('broken')?.error).toContain('bad tool')
  const posts = hub.seen.filter(({ path }) => path !== '/info')
  expect(posts.every(({ path, status }) => path === '/otel/v1/traces' && status === 200)).toBe(true)
})
