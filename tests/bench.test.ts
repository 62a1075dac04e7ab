import { expect, test } from 'bun:test'
import { join } from 'node:path'

const HOUSE = join(import.meta.dir, '..')

async function run(...args: string[]) {
  const child = Bun.spawn([process.execPath, ...args], {
    cwd: HOUSE,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [printed, complaints, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { printed, complaints, code }
}

const bench = (...args: string[]) => run('bench/main.ts', ...args)

/** The first cells of the rows of all tables. */
const rowsIn = (printed: string) => [...printed.matchAll(/^\| ([^|]+?) \|/gm)].map((match) => match[1])

test('the ingest bench prints each request shape beside its floors, and freshness at two loads', async () => {
  const { printed, code } = await bench('ingest', '--quick')
  expect(code).toBe(0)
  const rows = rowsIn(printed)
  expect(rows).toContain('20 x 2 KB, zstd')
  expect(rows).toContain('20 x 2 KB, identity')
  expect(rows).toContain('1 x 300 B, identity')
  expect(rows).toContain('all it takes')
  expect(printed).toMatch(/raw server-side COPY, 20 x 2 KB: [\d,]+ spans\/s/)
  expect(printed).toMatch(/idle PSS of hub and Postgres: \d+ MB/)
  expect(printed).not.toContain('NaN')
}, 60_000)

test('the reads bench fills a hub, asks every kind of question and prints the bytes of each table', async () => {
  const { printed, code } = await bench('reads', '--quick')
  expect(code).toBe(0)
  const rows = rowsIn(printed)
  for (const row of ['list by user', 'search, a rare word', 'UI: list page', 'traces', 'log', 'all']) {
    expect(rows).toContain(row)
  }
  expect(rows).toContain('tree of 1,000 spans, API')
  expect(printed).toContain('filled: 5,000 spans')
  expect(printed).toContain('not measured: tree of 50,000 spans')
  expect(printed).not.toContain('NaN')
}, 60_000)

test('the ui bench prints pages, polls without news and many tabs, each beside its target', async () => {
  const { printed, code } = await bench('ui', '--quick')
  expect(code).toBe(0)
  const rows = rowsIn(printed)
  for (const row of ['control room with list', 'trace of 20 spans', 'graph of a trace'])
    expect(rows).toContain(row)
  expect(rows).toContain('control room with list: /fragments/traces')
  expect(rows).toContain('5 tabs on control room with list')
  expect(printed).toContain('5 of 5')
  expect(printed).not.toContain('NaN')
}, 60_000)

test('the decide bench prints the engine alone, and decisions over HTTP beside an echo, alone and beside ingest', async () => {
  const { printed, code } = await bench('decide', '--quick')
  expect(code).toBe(0)
  const rows = rowsIn(printed)
  for (const row of ['echo', 'decide, durable', 'decide, beside ingest on the same traces'])
    expect(rows).toContain(row)
  expect(printed).toMatch(/engine alone, 20 rules, 4 KB: p50 [\d,]+ µs/)
  expect(printed).not.toContain('NaN')
}, 60_000)

test('the search bench builds an index, asks every kind of question, and takes spans in beside it', async () => {
  const { printed, code } = await bench('search', '--quick')
  expect(code).toBe(0)
  const rows = rowsIn(printed)
  for (const row of [
    'a rare word',
    'a word that is nowhere',
    'a common word, Korean',
    'a phrase of two words',
  ])
    expect(rows).toContain(row)
  expect(printed).toMatch(/indexed in \d+ s \(.+ spans\/s\): hub .+ \+ Postgres .+ µs\/span/)
  expect(printed).toMatch(/spans\/s without the indexer, .+ with it/)
  expect(printed).not.toContain('NaN')
}, 120_000)

test('a bench that there is not is named, with what there is; nothing is started', async () => {
  const { printed, complaints, code } = await bench('writes')
  expect(code).toBe(2)
  expect(printed).toBe('')
  expect(complaints).toContain('there is no bench writes')
  expect(complaints).toContain('[ingest | decide | reads | search | ui]')
})
