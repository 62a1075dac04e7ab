import { afterAll, expect, test } from 'bun:test'
import { HOSTILE, openUi, sample, valuesOf } from './open-ui.ts'

const hub = await openUi()
afterAll(hub.stop)

async function told(span: object, trace: object = {}) {
  const project = await hub.mint()
  const { trace_id, span_id, body } = sample({ span, trace })
  await hub.tell(project, '/ingest/traces', body)
  return `/traces/${trace_id}?project_id=${project.project_id}&span=${span_id}`
}

const MB = 1_000_000

test('a text of 1 MB is cut on the page and whole behind its link', async () => {
  const path = await told({ output: `${'가나다 '.repeat(MB / 10)}the very end` })
  const html = await hub.page(path)
  expect(Buffer.byteLength(html)).toBeLessThan(150_000)
  expect(html).not.toContain('the very end')
  const all = valuesOf(html, 'href').find((href) => href.includes('whole=span-output')) ?? ''
  expect(await hub.page(all.split('#')[0] ?? '')).toContain('the very end')
})

test('a large JSON value is a folded tree, and whole behind its link', async () => {
  const output = Array.from({ length: 3000 }, (_, id) => ({
    id,
    text: 'passage '.repeat(100),
    last: id === 2999,
  }))
  const html = await hub.page(await told({ output }))
  expect(Buffer.byteLength(html)).toBeLessThan(150_000)
  expect(html).toContain('class="json-fold"')
  expect(html).not.toContain('<span class="json-number">2999</span>')
  const all = valuesOf(html, 'href').find((href) => href.includes('whole=span-output')) ?? ''
  expect(Buffer.byteLength(await hub.page(all.split('#')[0] ?? ''))).toBeGreaterThan(2 * MB)
})

test('JSON nested as deep as the hub takes it neither breaks nor bloats the page', async () => {
  for (const wrap of [(inner: unknown) => [inner], (inner: unknown) => ({ inner })]) {
    let deep: unknown = 'core'
    for (let level = 0; level < 90; level++) deep = wrap(deep)
    const path = await told({ input: deep, output: JSON.stringify({ deep }), attributes: { deep } })
    const response = await hub.get(path)
    const html = await response.text()
    expect(response.status).toBe(200)
    expect(html).toContain('core')
    expect(Buffer.byteLength(html)).toBeLessThan(60_000)
  }
})

test('JSON nested 1,000 deep inside a text is shown, not walked into', async () => {
  const html = await hub.page(await told({ output: `${'['.repeat(1000)}1${']'.repeat(1000)}` }))
  expect(Buffer.byteLength(html)).toBeLessThan(60_000)
  expect(html).toContain('[[[[')
})

test('a long conversation shows its last messages and says how many stand before them', async () => {
  const messages = Array.from({ length: 400 }, (_, n) => ({
    role: 'user',
    content: `message ${n} ${'x'.repeat(500)}`,
  }))
  const html = await hub.page(await told({ input: { messages } }))
  expect(Buffer.byteLength(html)).toBeLessThan(150_000)
  expect(html).toContain('message 399 ')
  expect(html).toMatch(/Not shown here: the first \d+ messages/)
})

test('hidden characters are seen in names, JSON and conversations, and no markup comes from any of them', async () => {
  const messages = [
    { role: 'assistant', content: HOSTILE, tool_calls: [{ name: HOSTILE, args: { [HOSTILE]: 1 } }] },
  ]
  const html = await hub.page(
    await told({ name: HOSTILE.slice(0, 250), input: messages, output: { [HOSTILE]: HOSTILE } }),
  )
  expect(html).toContain('data-char="8238"')
  expect(html).toContain('\\u202e')
  expect(html).not.toContain('\u202e')
  expect(html.match(/<(img|style|iframe|hx-partial)[\s>]/g)).toBeNull()
  for (const href of valuesOf(html, 'href')) expect(href).toMatch(/^[/#](?!\/)/)
})

test('an amendment stands apart from the other events of its span (W-71)', async () => {
  const project = await hub.mint()
  const { trace_id, span_id, body } = sample()
  await hub.tell(project, '/ingest/traces', body)
  const event = { trace_id, span_id, event_time: new Date().toISOString() }
  await hub.tell(project, '/ingest/spans', {
    events: [
      { ...event, event_type: 'AMENDMENT', idempotency_key: 'm', payload: { patch: { output: 'mended' } } },
    ],
  })
  const html = await hub.page(`/traces/${trace_id}?project_id=${project.project_id}&span=${span_id}`)
  expect(html).toContain('<h3>Amendments</h3>')
  expect(html).toContain('mended')
})
