import { afterAll, expect, test } from 'bun:test'
import { listTraces } from '#shared/contract/traces.ts'
import { search } from '#shared/contract/search.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { at, openHub } from '../query/open-hub.ts'

const hub = await openHub()
afterAll(hub.stop)
const { ask, tell, mint, api } = hub

/** A trace of one span that says something. */
const say = (project: TestProject, trace_id: string, input: unknown, more: object = {}) =>
  tell(project, '/ingest/traces', {
    trace: { trace_id, start_time: at(0) },
    spans: [
      {
        ...{ span_id: 's', trace_id, name: 'x', start_time: at(0), end_time: at(1), idempotency_key: 'k' },
        ...{ input, ...more },
      },
    ],
  })

async function found(project: TestProject, q: string): Promise<string[]> {
  const { items } = await ask(project, search, { query: { q } })
  return items.map(({ trace }) => trace.id).toSorted()
}

async function refused(project: TestProject, query: string) {
  const response = await api.request('GET', `/api/v1/search?${query}`, { key: project.key })
  // An error of the API is JSON.
  return { status: response.status, body: (await response.json()) as { code: string } }
}

test.each([
  ['nothing', 'q='],
  ['no q at all', ''],
  ['only what must not be there', 'q=-test'],
  ['only a condition', 'q=status:error'],
  ['10 KB', `q=${'a'.repeat(10_240)}`],
  ['a NUL', 'q=a%00b'],
  ['an open quote', 'q=%22open'],
  ['a field that there is not', 'q=foo:bar'],
  ['a cursor of somebody', 'q=a&cursor=abc'],
])('%s is a 422', async (_, query) => {
  const { status, body } = await refused(await mint(), query)
  expect({ status, code: body.code }).toEqual({ status: 422, code: 'validation_error' })
})

test('W-39: metacharacters of SQL, LIKE and patterns stand for themselves', async () => {
  const project = await mint()
  await say(project, 'percent', "100% of 'it' -- gone; drop table traces")
  await say(project, 'pattern', '^(a+)+$ [x]{2} .* a_b')
  await say(project, 'plain', '100 of it is fine aXb')
  expect(await found(project, '"100% of"')).toEqual(['percent'])
  expect(await found(project, `"'it' --"`)).toEqual(['percent'])
  expect(await found(project, '%')).toEqual(['percent'])
  expect(await found(project, '"(a+)+$"')).toEqual(['pattern'])
  expect(await found(project, '"."')).toEqual(['pattern'])
  expect(await found(project, 'a_b')).toEqual(['pattern'])
  expect(await found(project, 'fine')).toEqual(['plain'])
})

test('one sign, emoji, width, case and either form of Hangul find the same text', async () => {
  const project = await mint()
  await say(project, 'a', { messages: [{ role: 'user', content: '전액환불이 되나요 ＡＰＩ 😀👩‍💻 ｶﾀｶﾅ' }] })
  await say(project, 'b', '전액환불이'.normalize('NFD'))
  for (const q of ['환', '환불', '환불'.normalize('NFD'), '"환불이"'])
    expect(await found(project, q)).toEqual(['a', 'b'])
  for (const q of ['api', 'ＡＰＩ', '😀', '👩‍💻', 'カタカナ']) expect(await found(project, q)).toEqual(['a'])
  expect(await found(project, '환불이요')).toEqual([])
})

test('scopes, phrases, beginnings and negation hold together with the filters of the list', async () => {
  const project = await mint()
  await say(project, 'a', 'refund policy', {
    output: 'refused politely',
    error: 'timeout after 3 s',
    name: 'lookup',
  })
  await say(project, 'b', 'policy on refund', { output: 'granted' })
  expect(await found(project, 'refund policy')).toEqual(['a', 'b'])
  expect(await found(project, '"refund policy"')).toEqual(['a'])
  expect(await found(project, 'refund -granted')).toEqual(['a'])
  expect(await found(project, 'polit*')).toEqual(['a'])
  expect(await found(project, 'input:granted')).toEqual([])
  expect(await found(project, 'output:granted')).toEqual(['b'])
  expect(await found(project, 'error:timeout name:lookup')).toEqual(['a'])
  expect(await found(project, 'refund has:user')).toEqual([])
  expect(await found(project, 'refun')).toEqual([])
})

test('the list finds by what spans say, shows where, and says that it looked everywhere', async () => {
  const project = await mint()
  await say(project, 'a', `${'x '.repeat(400)} 전액환불이 됩니다`)
  await say(project, 'b', 'nothing of it')
  const listed = await ask(project, listTraces, { query: { search: '환불' } })
  expect(listed).toMatchObject({ total: 1, search_scope: 'full', items: [{ id: 'a' }] })
  const snippet = listed.items[0]?.found?.[0]?.snippets[0]
  const [mark] = snippet?.marks ?? []
  expect(snippet?.text.slice(mark?.from, mark?.to)).toBe('환불')
  expect(snippet?.text.length).toBeLessThan(300)
})

test('a search finds nothing of another project, and its answer is that of an empty one', async () => {
  const [mine, theirs] = [await mint(), await mint()]
  await say(theirs, 'a', 'a word of theirs')
  expect(await found(theirs, 'theirs')).toEqual(['a'])
  const empty = await ask(await mint(), search, { query: { q: 'theirs' } })
  expect(await ask(mine, search, { query: { q: 'theirs' } })).toEqual(empty)
  expect(empty).toMatchObject({
    items: [],
    total: 0,
    total_capped: false,
    is_complete: true,
    next_cursor: null,
  })
})

test('marks in a text that was sent decomposed stand where they were sent', async () => {
  const project = await mint()
  const said = `앞 말 ${'전액환불'.normalize('NFD')} 뒤`.normalize('NFD')
  await say(project, 'a', said)
  const { items } = await ask(project, search, { query: { q: '환불' } })
  const snippet = items[0]?.hits[0]?.snippets[0]
  const [mark] = snippet?.marks ?? []
  expect(snippet?.text).toBe(said)
  expect(snippet?.text.slice(mark?.from, mark?.to)).toBe('환불'.normalize('NFD'))
})
