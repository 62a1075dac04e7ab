import { afterAll, expect, test } from 'bun:test'
import { serveOtlp } from '../../otlp/serve-otlp.ts'
import { openSnippets } from '../../ui/open-snippets.ts'
import { VISITS, WAYS } from './graph-app.mjs'

const hub = await serveOtlp()
afterAll(hub.stop)
const snippets = await openSnippets()
afterAll(snippets.stop)

test('OpenInference by environment variables: runs, nodes, tokens, failures and the question are the truth', async () => {
  const project = await hub.mint()
  const place = { url: hub.url, key: project.key }
  await hub.run(import.meta.dir, 'app.mjs', {
    ...(await snippets.variablesOf('openinference', 'openinference', place)),
    ...(await snippets.setUp('openinference', 'openinference-setup', place, import.meta.dir)),
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
  })
  const { visits, ways, traces } = await hub.told(project)
  const [first, second] = traces
  expect(traces).toHaveLength(2)
  expect(visits).toEqual(VISITS)
  expect(ways).toEqual(WAYS)
  expect(await hub.resumed(project, first?.trace.id)).toEqual([`approve ${second?.trace.id}`])
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
