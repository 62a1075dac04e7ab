import { afterAll, expect, test } from 'bun:test'
import { signActor, type Actor } from '#shared/http/actor.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { accessApi, jsonOf, problem } from './testing.ts'

const deps = await testDeps()
afterAll(deps.stop)
const api = accessApi(deps)

const sign = (actor: Partial<Actor>, secret = deps.config.secret_key) =>
  signActor(secret, {
    person: 'ana',
    project: null,
    role: 'viewer',
    expires_at: Date.now() + 60_000,
    ...actor,
  })

const as = async (actor: string, path: string, headers: Record<string, string> = {}) =>
  api.request('GET', path, { headers: { 'x-hub-actor': actor, ...headers } })

async function codeOf(response: Promise<Response>) {
  const { status, code } = await problem(response)
  return `${status} ${code}`
}

test('people read the project they were signed for, in every role', async () => {
  const { id } = await api.newProject()
  for (const role of ['viewer', 'member', 'admin'] as const) {
    expect(await jsonOf<unknown>(as(sign({ project: id, role }), '/probe/read'))).toEqual({
      kind: 'actor',
      actor: 'ana',
      project_id: id,
    })
  }
})

test('a person signed for one project does not reach another by naming it', async () => {
  const mine = await api.newProject()
  const other = await api.newProject()
  const answer = as(sign({ project: mine.id }), '/probe/read', { 'x-project-id': other.id })
  expect(await codeOf(answer)).toBe('403 project_scope_mismatch')
})

test('people do not ingest', async () => {
  const { id } = await api.readyProject()
  expect(await codeOf(as(sign({ project: id, role: 'admin' }), '/probe/ingest'))).toBe('403 missing_scope')
})

test('admin operations are for the role admin', async () => {
  expect(await codeOf(as(sign({ role: 'member' }), '/probe/admin'))).toBe('403 admin_required')
  const seen = await jsonOf<unknown>(as(sign({ role: 'admin' }), '/probe/admin'))
  expect(seen).toEqual({ kind: 'actor', actor: 'ana', project_id: null })
})

test('an actor names a project that is there and active', async () => {
  const { id } = await api.newProject()
  expect(await codeOf(as(sign({ role: 'admin' }), '/probe/read'))).toBe('400 project_required')
  expect(await codeOf(as(sign({ project: crypto.randomUUID() }), '/probe/read'))).toBe(
    '404 project_not_found',
  )
  await api.admin('DELETE', `/${id}`)
  expect(await codeOf(as(sign({ project: id }), '/probe/read'))).toBe('403 project_inactive')
})

test('an actor that is expired, altered, signed elsewhere or no actor opens nothing', async () => {
  const { id } = await api.newProject()
  const good = sign({ project: id, role: 'viewer' })
  const [version = '', payload = '', mac = ''] = good.split('.')
  const forged = Buffer.from(
    JSON.stringify({ person: 'ana', project: id, role: 'admin', expires_at: Date.now() + 60_000 }),
  ).toString('base64url')
  const bad = [
    sign({ project: id, role: 'admin', expires_at: Date.now() }),
    sign({ project: id, role: 'admin' }, 'other '.repeat(8)),
    `${version}.${forged}.${mac}`,
    `${version}.${payload}`,
    `${version}.${payload}.`,
    `v2.${payload}.${mac}`,
    `${good}.x`,
    'nonsense',
    sign({ project: 'no-uuid', role: 'admin' }),
  ]
  for (const header of bad) {
    expect(await codeOf(as(header, '/probe/read'))).toBe('401 invalid_api_key')
    expect(await codeOf(as(header, '/probe/admin'))).toBe('401 invalid_api_key')
  }
  expect((await as(good, '/probe/read')).status).toBe(200)
})

test('a request is from a person or from a key, not both', async () => {
  const { id, api_key } = await api.newProject()
  const both = as(sign({ project: id }), '/probe/read', { 'x-api-key': api_key })
  expect(await codeOf(both)).toBe('400 duplicate_header')
})

test('an admin of one project manages that project alone, and nothing of the hub', async () => {
  const mine = await api.newProject()
  const other = await api.newProject()
  const admin = sign({ project: mine.id, role: 'admin' })
  const keys = (id: string) => as(admin, `/api/v1/projects/${id}/keys`)
  expect((await keys(mine.id)).status).toBe(200)
  for (const id of [other.id, crypto.randomUUID(), 'no-uuid'])
    expect(await codeOf(keys(id))).toBe('404 project_not_found')
  expect(await codeOf(as(admin, '/probe/admin'))).toBe('403 admin_required')
  const create = api.request('POST', '/api/v1/projects', {
    headers: { 'x-hub-actor': admin },
    body: { name: 'forged' },
  })
  expect(await codeOf(create)).toBe('403 admin_required')
})

test('viewers and members manage no project, not even their own', async () => {
  const { id } = await api.newProject()
  for (const role of ['viewer', 'member'] as const) {
    const actor = sign({ project: id, role })
    expect(await codeOf(as(actor, `/api/v1/projects/${id}/current-key`))).toBe('403 admin_required')
  }
})

test('members and admins act, viewers do not', async () => {
  const { id } = await api.newProject()
  const act = async (role: Actor['role']) => (await as(sign({ project: id, role }), '/probe/act')).status
  expect([await act('viewer'), await act('member'), await act('admin')]).toEqual([403, 200, 200])
})

test('a person without a role in any project is shown none', async () => {
  await api.newProject()
  const answer = as(sign({ person: crypto.randomUUID() }), '/api/v1/projects')
  expect(await jsonOf<unknown>(answer)).toEqual([])
})
