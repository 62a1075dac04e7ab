import { afterAll, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '#shared/store/migrate.ts'
import { attachDay } from '#shared/store/attach-day.ts'
import { openClient } from '#shared/store/connect.ts'
import { applyRoles } from '#shared/store/roles/apply-roles.ts'
import { roleOf, SERVICES } from '#shared/store/roles/privileges.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { freshDatabase } from '#shared/testing/fresh-database.ts'
import { ROLE_PASSWORDS, urlOf } from '#shared/testing/role-urls.ts'
import { run } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'hub-test-backup-role-'))
const file = (name: string) => join(folder, name)
const owner = `owner_${crypto.randomUUID().replaceAll('-', '')}`

/** A database that belongs to a role without further rights, migrated by it and under the roles of the services. */
async function openOwned() {
  const fresh = await freshDatabase()
  const { sql } = fresh.database
  const own = new URL(fresh.url)
  own.username = owner
  own.password = 'of-the-owner'
  const name = own.pathname.slice(1)
  await sql`alter database ${sql(name)} owner to ${sql(owner)}`
  const deps = await testDeps(own.href)
  await migrate(deps.database)
  await applyRoles(fresh.database, ROLE_PASSWORDS)
  await sql`grant hub_ingest to ${sql(owner)}`
  return {
    ...{ deps, sql, url: fresh.url },
    async stop() {
      await deps.stop()
      await fresh.drop()
    },
  }
}

const admin = await freshDatabase()
await admin.database.sql`create role ${admin.database.sql(owner)} login password 'of-the-owner'`
const source = await openOwned()
afterAll(async () => {
  await source.stop()
  await admin.database.sql`drop role ${admin.database.sql(owner)}`
  await admin.drop()
  rmSync(folder, { recursive: true, force: true })
})

test.each([...SERVICES])(
  'the role of %s is refused a backup and a restore, and told whose may',
  async (service) => {
    const deps = await testDeps(urlOf(source.url, service))
    try {
      for (const [command, flag] of [
        ['backup', '--to'],
        ['restore', '--from'],
      ] as const) {
        const { code, text } = await run(deps, command, flag, file(service))
        expect(code).toBe(1)
        expect(text).toStartWith(
          `A ${command} needs all that there is, and the role ${roleOf(service)} may not `,
        )
        expect(text).toEndWith(`run it with the DATABASE_URL of ${owner}, who owns them\n`)
      }
      expect([existsSync(file(service)), existsSync(`${file(service)}.partial`)]).toEqual([false, false])
    } finally {
      await deps.stop()
    }
  },
)

test('the owner backs up and restores under roles, and days that came back belong to the role of ingest', async () => {
  const day = '2026-01-07'
  await source.sql.begin(async (sql) => attachDay(sql, day, '2026-01-08'))
  await source.sql`insert into people (person_id, email, name, created_at)
    values (${crypto.randomUUID()}, 'o@example.test', 'o', now())`
  expect((await run(source.deps, 'backup', '--to', file('whole'))).code).toBe(0)

  const target = await openOwned()
  try {
    const { code, text } = await run(target.deps, 'restore', '--from', file('whole'))
    expect(code).toBe(0)
    expect(text).toContain('as they were at')
    expect(await target.sql`select name from people`).toHaveLength(1)
    const ingest = openClient(urlOf(target.url, 'ingest'), 'test', { max: 1 })
    await ingest`alter table spans detach partition spans_20260107 concurrently`
    await ingest`drop table spans_20260107`
    await ingest.end({ timeout: 1 })
    const decide = openClient(urlOf(target.url, 'decide'), 'test', { max: 1 })
    await decide`insert into log_20260107 select * from log where false`
    await decide.end({ timeout: 1 })
  } finally {
    await target.stop()
  }
})
