import { afterAll, expect, test } from 'bun:test'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { at, openHub, span, TRACES } from '../upkeep/open-hub.ts'
import { run } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'hub-test-export-'))
const hub = await openHub()
afterAll(async () => {
  await hub.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** As if two minutes had gone by: what is younger than one is left for the next run. */
const later = { ...hub.deps, clock: () => Date.now() + 120_000 }

type Line = {
  log_id: string
  project_id: string
  protocol: string
  document: { spans: { span_id: string }[] }
}

const linesOf = (file: string): Line[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    // Written by the hub a moment ago.
    .map((line) => JSON.parse(line) as Line)

const spansIn = (file: string) =>
  linesOf(file).flatMap(({ document }) => document.spans.map(({ span_id }) => span_id))

async function send(project: Awaited<ReturnType<typeof hub.mint>>, ...spans: string[]) {
  for (const id of spans)
    await hub.tell(project, TRACES, {
      trace: { trace_id: 't', start_time: at(0) },
      spans: [span('t', id, { attributes: { n: 1 } })],
    })
}

test('every request is a line, as it was sent, to the last digit', async () => {
  const project = await hub.mint()
  const file = join(folder, 'exact')
  const body = `{"trace":{"trace_id":"t",\n "start_time":"2026-11-01T00:00:00Z","attributes":{"n":9007199254740993.10,"s":"a\\nb"}}}`
  const sent = await hub.api.request('POST', TRACES, {
    key: project.key,
    body,
    headers: { 'content-type': 'application/json' },
  })
  expect(sent.status).toBe(200)
  const { code, text } = await run(later, 'export', '--to', file, '--project', project.project_id)
  expect(code).toBe(0)
  expect(text).toContain('1 requests written to')
  const line = readFileSync(file, 'utf8')
  expect(line.split('\n')).toHaveLength(2)
  expect(line).toContain(`"protocol":"traces","document":${body.replace('\n', ' ')}}`)
})

test('run again it goes on after the last whole line, and says nothing twice', async () => {
  const project = await hub.mint()
  const file = join(folder, 'again')
  const argv = ['export', '--to', file, '--project', project.project_id] as const
  await send(project, 'a', 'b', 'c')
  expect((await run(later, ...argv)).code).toBe(0)
  expect(spansIn(file)).toEqual(['a', 'b', 'c'])
  // Cut off in the middle of a line.
  truncateSync(file, readFileSync(file).length - 10)
  await send(project, 'd')
  expect((await run(later, ...argv)).text).toContain('2 requests appended to')
  expect(spansIn(file)).toEqual(['a', 'b', 'c', 'd'])
  expect((await run(later, ...argv)).text).toContain('0 requests appended to')
})

test('what is younger than a minute waits for the next run, since older may still be committed', async () => {
  const project = await hub.mint()
  const file = join(folder, 'young')
  await send(project, 'a')
  expect((await run(hub.deps, 'export', '--to', file, '--project', project.project_id)).text).toContain(
    '0 requests',
  )
  expect((await run(later, 'export', '--to', file, '--project', project.project_id)).text).toContain(
    '1 requests',
  )
})

test('one project exports nothing of another, and all of them are told apart', async () => {
  const [one, other] = [await hub.mint(), await hub.mint()]
  const [mine, whole] = [join(folder, 'mine'), join(folder, 'whole')]
  await send(one, 'mine')
  await send(other, 'theirs')
  await run(later, 'export', '--to', mine, '--project', one.project_id)
  expect(spansIn(mine)).toEqual(['mine'])
  await run(later, 'export', '--to', whole)
  const found = linesOf(whole).find(({ document }) => document.spans?.[0]?.span_id === 'theirs')
  expect(found?.project_id).toBe(other.project_id)
})

test('a file that is no export is left alone', async () => {
  const file = join(folder, 'other')
  writeFileSync(file, 'a list of mine\n')
  appendFileSync(file, 'and more')
  const { code, text } = await run(later, 'export', '--to', file)
  expect([code, text]).toEqual([1, `${file} is no export of the hub\n`])
  expect(readFileSync(file, 'utf8')).toBe('a list of mine\nand more')
})
