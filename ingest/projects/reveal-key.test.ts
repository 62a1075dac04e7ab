import { afterAll, expect, test } from 'bun:test'
import type { Output } from '#shared/contract/endpoint.ts'
import type * as contract from '#shared/contract/projects.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { accessApi, jsonOf } from './testing.ts'

const deps = await testDeps()
afterAll(deps.stop)
const api = accessApi(deps)
const { sql } = deps.database

type Current = Output<typeof contract.currentKey>
type Keys = Output<typeof contract.listKeys>

const currentKey = async (id: string) => jsonOf<Current>(api.admin('GET', `/${id}/current-key`))

test('a sealed key that was copied to another project does not open there', async () => {
  const mine = await api.newProject()
  const other = await api.newProject()
  await sql`
    update api_keys k set sealed = o.sealed
    from api_keys o, projects p, projects q
    where k.project_no = p.project_no and p.project_id = ${mine.id}
      and o.project_no = q.project_no and q.project_id = ${other.id}`
  const { api_key, api_key_masked } = await currentKey(mine.id)
  expect(api_key).toBeNull()
  expect(api_key_masked).toBe(`${mine.api_key.slice(0, 9)}…${mine.api_key.slice(-4)}`)
  expect((await currentKey(other.id)).api_key).toBe(other.api_key)
})

test('under another HUB_SECRET_KEY a key cannot be revealed, works all the same, and nothing claims it was seen', async () => {
  const { id, api_key } = await api.newProject()
  const later = accessApi({ ...deps, config: { ...deps.config, secret_key: 'other '.repeat(8) } })
  const shown = await jsonOf<Current>(later.admin('GET', `/${id}/current-key`))
  expect(shown.api_key).toBeNull()
  expect((await later.probe('read', api_key)).status).toBe(200)
  const revealed = await sql`
    select from audit join projects using (project_no) where project_id = ${id} and action = 'key.revealed'`
  expect(revealed).toHaveLength(0)
})

test('a revoked main key is no longer revealed, and a rotation brings a new one', async () => {
  const { id } = await api.newProject()
  const [main] = await jsonOf<Keys>(api.admin('GET', `/${id}/keys`))
  await api.admin('DELETE', `/${id}/keys/${main?.id}`)
  expect(await currentKey(id)).toMatchObject({ api_key: null, api_key_masked: null })
  const { api_key } = await api.rotate(id)
  expect((await api.probe('ingest', api_key)).status).toBe(200)
})

test('W-31: no column of projects, api_keys or audit holds a key, and neither does the log', async () => {
  const { id, api_key: first } = await api.newProject()
  const { api_key: second } = await api.rotate(id, 60)
  const { api_key: third } = await api.newKey(id, { name: 'agent', scope: 'ingest' })
  await currentKey(id)
  for (const key of [first, second, third]) await api.probe('read', key)

  const rows = await sql<{ row: string }[]>`
    select p::text as row from projects p where project_id = ${id}
    union all select k::text from api_keys k join projects using (project_no) where project_id = ${id}
    union all select encode(sealed, 'escape') from api_keys join projects using (project_no)
      where project_id = ${id} and sealed is not null
    union all select a::text from audit a join projects using (project_no) where project_id = ${id}`
  expect(rows).toHaveLength(1 + 3 + 1 + 4)
  const everything = [...rows.map(({ row }) => row), ...deps.logged].join('\n')
  for (const key of [first, second, third]) {
    for (const form of [key, Buffer.from(key).toString('hex'), Buffer.from(key).toString('base64')]) {
      expect(everything).not.toContain(form)
    }
    // The parts that the masked form leaves out are nowhere either.
    expect(everything).not.toContain(key.slice(9, -4))
  }
})
