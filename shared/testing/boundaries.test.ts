import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findViolations } from './boundaries.ts'

const HOUSE = join(import.meta.dir, '../..')
const planted: string[] = []

afterAll(() => {
  for (const root of planted) rmSync(root, { recursive: true, force: true })
})

/** A small house of our own making, and what the walk says about it. */
async function violationsOf(files: Record<string, string>): Promise<string[]> {
  const root = mkdtempSync(join(tmpdir(), 'hub-house-'))
  planted.push(root)
  await Promise.all(Object.entries(files).map(([path, text]) => Bun.write(join(root, path), text)))
  return findViolations(root)
}

test('the house keeps its borders', async () => {
  expect(await findViolations(HOUSE)).toEqual([])
})

test('a house in order has no violations', async () => {
  const files = {
    'hub.ts': `import { ingest } from './ingest/service.ts'`,
    'ingest/service.ts': `import { Elysia } from 'elysia'\nimport { a } from './a/b.ts'\nimport { c } from '#shared/c.ts'`,
    'ingest/projects/rename.ts': 'export const q = sql`update projects set name = ${name}`',
    'query/traces/list.ts':
      '// a reader may insert into its comments\nconst q = sql`select 1 from traces where project_no = ${no}`',
    'notify/send.ts': `// no fetch here\nconst a = await deps.send({ url }), b = 'fetch', c = await api.fetch(request)`,
    'ui/ask.ts': 'const answer = await fetch(url)',
    'shared/store/write.ts':
      'const a = `create temp table stage (x int)`, b = `insert into stage values (1)`',
  }
  expect(await violationsOf(files)).toEqual([])
})

const IMPORTS: [string, string, string][] = [
  ['one service imports another', 'ingest/bad.ts', `import { a } from '../ui/routes.tsx'`],
  [
    'one service imports a type of another',
    'query/a/bad.ts',
    `import type { A } from '../../ingest/service.ts'`,
  ],
  ['one service re-exports another', 'ui/bad.tsx', `export * from '../query/service.ts'`],
  ['one service loads another late', 'ingest/bad.ts', `const a = await import('../query/service.ts')`],
  ['an import goes over several lines', 'ingest/bad.ts', `import {\n  a,\n} from '../query/service.ts'`],
  ['a service imports the hub', 'ui/bad.tsx', `import { hub } from '../hub.ts'`],
  ['a service goes round the alias', 'ingest/bad.ts', `import { ids } from '../shared/ids.ts'`],
  ['shared code imports a service', 'shared/bad.ts', `import { a } from '../ingest/service.ts'`],
  ['an example reaches inside', 'examples/bad.ts', `import { a } from '#shared/ids.ts'`],
  ['the UI knows a table', 'ui/bad.tsx', `import { openDatabase } from '#shared/store/connect.ts'`],
  ['the UI opens a database', 'ui/bad.tsx', `import postgres from 'postgres'`],
  ['a new folder has no place yet', 'extra/bad.ts', `export const a = 1`],
]

const WRITES: [string, string, string][] = [
  ['a reader inserts', 'query/bad.ts', 'sql`insert into evals (name) values (1)`'],
  ['a reader deletes', 'query/bad.ts', 'sql`delete from log where project_no = ${no}`'],
  [
    'a reader updates under an alias',
    'query/bad.ts',
    'sql`UPDATE traces AS t\n set status = 1 where project_no = ${no}`',
  ],
  ['a reader copies', 'query/bad.ts', 'sql`copy spans (span_key) from stdin`'],
  ['a reader writes to a table of any name', 'query/bad.ts', 'sql`insert into ${sql(table)} values (1)`'],
  [
    'a service writes to the record',
    'ingest/bad.ts',
    'sql`update traces set status = 1 where project_no = ${no}`',
  ],
  ['a table has no owner yet', 'ingest/bad.ts', 'sql`insert into rows_of_nobody values (1)`'],
  ['the store writes what a service owns', 'shared/store/bad.ts', 'sql`truncate projects`'],
]

const QUESTIONS: [string, string, string][] = [
  ['a question names no project', 'query/bad.ts', 'sql`select name from spans where span_key = ${key}`'],
  ['a condition names no project', 'query/bad.ts', 'sql`select name from traces where ${mine}`'],
  [
    'a door asks across projects',
    'ingest/doors/bad.ts',
    'sql`select 1\n from traces where trace_key = ${key}`',
  ],
]

const OTHERS: [string, string, string][] = [
  ['raw markup is shown', 'ui/bad.tsx', `import { raw } from 'hono/html'`],
  ['inner markup is set', 'ui/bad.tsx', `const a = <p dangerouslySetInnerHTML={{ __html: text }} />`],
  ['a service fetches', 'notify/bad.ts', 'const answer = await fetch(url)'],
  ['a judge fetches by another name', 'decide/judges/bad.ts', 'const answer = globalThis.fetch(url)'],
  ['fetch is handed on', 'notify/bad.ts', 'const deps = { get: fetch }'],
  ['a service opens a connection', 'decide/bad.ts', `import { request } from 'node:https'`],
  ['a drawer is opened', 'shared/utils.ts', `export const a = 1`],
  ['a drawer is a folder', 'ingest/helpers/text.ts', `export const a = 1`],
]

for (const [behaviour, path, text] of [...IMPORTS, ...WRITES, ...QUESTIONS, ...OTHERS]) {
  test(`it is reported when ${behaviour}`, async () => {
    const found = await violationsOf({ [path]: text })
    expect(found).toHaveLength(1)
    expect(found[0]).toStartWith(path)
  })
}
