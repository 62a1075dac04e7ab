import { afterAll, expect, test } from 'bun:test'
import { freshDatabase } from '#shared/testing/fresh-database.ts'
import { migrate } from '#shared/store/migrate.ts'
import { openUi, sample, valuesOf } from './open-ui.ts'

// A lock on the table would hold up the tests of others, so this has a database of its own.
const { url, database, drop } = await freshDatabase()
await migrate(database)
const hub = await openUi({ url })
afterAll(async () => {
  await hub.stop()
  await drop()
})

test('a filter that takes too long says so, with links to shorter windows, and the page stays', async () => {
  const project = await hub.mint()
  await hub.tell(project, '/ingest/traces', sample().body)
  const path = `?project_id=${project.project_id}&range=7d&q=model%3A*x*`
  const held = Promise.withResolvers<void>()
  const locked = Promise.withResolvers<void>()
  const lock = database.sql.begin(async (sql) => {
    await sql`lock table traces in access exclusive mode`
    locked.resolve()
    await held.promise
  })
  await locked.promise
  const response = await hub.get(`/fragments/traces${path}`)
  held.resolve()
  await lock
  const html = await response.text()
  expect(response.status).toBe(200)
  expect(html).toContain('This filter took too long')
  const hrefs = valuesOf(html, 'href')
  for (const range of ['1h', '6h', '24h'])
    expect(hrefs.some((href) => href.includes(`range=${range}`) && href.includes('q=model'))).toBe(true)
  expect(html).not.toContain('Only the last 7')
  expect(await hub.page(`/fragments/traces${path}`)).toContain('No trace matches these filters')
}, 30_000)
