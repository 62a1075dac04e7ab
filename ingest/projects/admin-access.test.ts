import { afterAll, expect, test } from 'bun:test'
import { DEV_KEY } from '#shared/config.ts'
import type { Deps } from '#shared/service.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { ensureDefaultProject } from './ensure-default-project.ts'
import { accessApi, jsonOf, problem } from './testing.ts'

const deps = await testDeps()
afterAll(deps.stop)
const api = accessApi(deps)
const seen = async (response: Promise<Response>) => jsonOf<unknown>(response)

/** The same hub with an admin key that somebody chose. */
function production(): { deps: Deps; admin: string } {
  const admin = ['admin', crypto.randomUUID()].join('-')
  return { deps: { ...deps, config: { ...deps.config, env: 'production', admin_key: admin } }, admin }
}

test('the admin key works on the project that x-project-id names', async () => {
  const { id } = await api.newProject()
  expect(await seen(api.probe('read', DEV_KEY, { 'x-project-id': id }))).toEqual({
    kind: 'admin',
    actor: 'admin',
    project_id: id,
  })
  expect(await problem(api.probe('read', DEV_KEY, { 'x-project-id': 'x' }))).toEqual({
    status: 400,
    code: 'invalid_project_id',
    detail: 'Invalid x-project-id',
  })
  expect(await problem(api.probe('read', DEV_KEY, { 'x-project-id': crypto.randomUUID() }))).toEqual({
    status: 404,
    code: 'project_not_found',
    detail: 'Project not found',
  })
  await api.admin('POST', `/${id}/deactivate`)
  expect(await problem(api.probe('read', DEV_KEY, { 'x-project-id': id }))).toEqual({
    status: 403,
    code: 'project_inactive',
    detail: 'Project is inactive',
  })
})

test('W-32: in production the keys of development open nothing', async () => {
  const { deps: strict, admin } = production()
  const guarded = accessApi(strict)
  const { id } = await guarded.newProject()
  for (const key of [DEV_KEY, ['dev', 'seed'].join('-')]) {
    for (const path of ['/probe/admin', '/probe/read']) {
      const refused = await problem(guarded.request('GET', path, { key, headers: { 'x-project-id': id } }))
      expect(refused).toMatchObject({ status: 401, code: 'invalid_api_key' })
    }
  }
  expect((await guarded.probe('admin', admin)).status).toBe(200)
})

test('an admin key that somebody chose needs x-project-id, since no project is meant by default', async () => {
  await ensureDefaultProject(deps)
  const { deps: strict, admin } = production()
  for (const env of ['production', 'development'] as const) {
    const guarded = accessApi({ ...strict, config: { ...strict.config, env } })
    expect(await problem(guarded.probe('read', admin))).toMatchObject({
      status: 400,
      code: 'project_required',
    })
  }
})

test('admin operations take the admin key alone', async () => {
  const { api_key } = await api.readyProject()
  expect(await problem(api.request('GET', '/probe/admin'))).toMatchObject({
    status: 401,
    code: 'missing_api_key',
  })
  expect(await problem(api.probe('admin', api_key))).toEqual({
    status: 403,
    code: 'admin_required',
    detail: 'Admin key required',
  })
  expect(await seen(api.probe('admin', DEV_KEY))).toEqual({
    kind: 'admin',
    actor: 'admin',
    project_id: null,
  })
})
