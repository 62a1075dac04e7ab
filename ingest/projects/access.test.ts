import { afterAll, expect, test } from 'bun:test'
import { DEV_KEY } from '#shared/config.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { accessApi, jsonOf, problem } from './testing.ts'

const deps = await testDeps()
afterAll(deps.stop)
const api = accessApi(deps)
const unknown_key = ['proj', 'x'.repeat(43)].join('_')

type Seen = { kind: string; actor: string; project_id: string | null }

const seen = async (response: Promise<Response>) => jsonOf<Seen>(response)

const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

test('a request without a key is told so', async () => {
  expect(await problem(api.request('GET', '/probe/read'))).toEqual({
    status: 401,
    code: 'missing_api_key',
    detail: 'Missing API key',
  })
  expect((await api.request('GET', '/probe/none')).status).toBe(200)
})

test('a key nobody issued is refused, on project and admin operations alike', async () => {
  const refused = { status: 401, code: 'invalid_api_key', detail: 'Invalid API key' }
  expect(await problem(api.probe('read', unknown_key))).toEqual(refused)
  expect(await problem(api.probe('admin', unknown_key))).toEqual(refused)
})

test('a key is taken as x-api-key, as Bearer and as Basic password', async () => {
  const { id, api_key } = await api.newProject()
  for (const authorization of [
    `Bearer ${api_key}`,
    `bearer  ${api_key}`,
    basic('anybody', api_key),
    basic('', api_key),
  ]) {
    const { project_id } = await seen(api.request('GET', '/probe/read', { headers: { authorization } }))
    expect(project_id).toBe(id)
  }
  expect((await seen(api.probe('read', api_key))).project_id).toBe(id)
})

test('an Authorization header that carries no key is no key', async () => {
  for (const authorization of ['Bearer', 'Bearer ', basic('user', ''), 'Basic !!', 'Digest a="b", c="d"']) {
    const { code } = await problem(api.request('GET', '/probe/read', { headers: { authorization } }))
    expect(code).toBe('missing_api_key')
  }
})

test('two different keys in one request are refused, one key said twice is one key', async () => {
  const { api_key } = await api.newProject()
  const { api_key: other } = await api.newProject()
  const { status, code } = await problem(api.probe('read', api_key, { authorization: `Bearer ${other}` }))
  expect({ status, code }).toEqual({ status: 400, code: 'duplicate_header' })
  expect((await api.probe('read', api_key, { authorization: `Bearer ${api_key}` })).status).toBe(200)
})

test('a repeated header is refused, also when it repeats the same key', async () => {
  const { id, api_key } = await api.newProject()
  const headers: [string, string][][] = [
    [
      ['x-api-key', api_key],
      ['x-api-key', api_key],
    ],
    [
      ['authorization', `Bearer ${api_key}`],
      ['authorization', `Bearer ${api_key}`],
    ],
    [
      ['x-api-key', api_key],
      ['x-project-id', id],
      ['x-project-id', id],
    ],
  ]
  for (const pairs of headers) {
    const repeated = new Headers()
    for (const [name, value] of pairs) repeated.append(name, value)
    const request = new Request('http://localhost/probe/read', { headers: repeated })
    expect(await problem(Promise.resolve(api.fetch(request)))).toMatchObject({
      status: 400,
      code: 'duplicate_header',
    })
  }
})

test('W-29: a project key opens its own project only, whatever x-project-id says', async () => {
  const mine = await api.readyProject()
  const other = await api.readyProject()
  for (const auth of ['read', 'ingest'] as const) {
    const headers = { 'x-project-id': other.id }
    expect(await problem(api.probe(auth, mine.api_key, headers))).toEqual({
      status: 403,
      code: 'project_scope_mismatch',
      detail: 'Project scope mismatch',
    })
  }
  expect(await problem(api.probe('read', mine.api_key, { 'x-project-id': 'no-uuid' }))).toMatchObject({
    status: 403,
  })
  expect(await seen(api.probe('read', mine.api_key))).toMatchObject({ kind: 'key', project_id: mine.id })
  expect(
    await seen(api.probe('read', mine.api_key, { 'x-project-id': mine.id.toUpperCase() })),
  ).toMatchObject({
    project_id: mine.id,
  })
})

test('before the first rotation a project reads and does not ingest, not even for the admin', async () => {
  const { id, api_key } = await api.newProject()
  const refused = {
    status: 403,
    code: 'key_not_activated',
    detail: 'API key not provisioned for ingestion. Rotate Key first.',
  }
  const named = { 'x-project-id': id }
  expect(await problem(api.probe('ingest', api_key))).toEqual(refused)
  expect(await problem(api.probe('ingest', DEV_KEY, named))).toEqual(refused)
  expect((await api.probe('read', api_key)).status).toBe(200)

  const { api_key: rotated } = await api.rotate(id)
  expect((await api.probe('ingest', rotated)).status).toBe(200)
  expect((await api.probe('ingest', DEV_KEY, named)).status).toBe(200)
})

test('a key does what its scope says and no more', async () => {
  const { id } = await api.readyProject()
  const allowed = { ingest: ['ingest'], read: ['read'], decide: [], full: ['ingest', 'read'] } as const
  for (const [scope, may] of Object.entries(allowed)) {
    const { api_key } = await api.newKey(id, { name: scope, scope })
    for (const door of ['ingest', 'read'] as const) {
      const answer = await problem(api.probe(door, api_key))
      const ok = may.some((one) => one === door)
      expect({ scope, door, ...answer }).toMatchObject(
        ok ? { status: 200 } : { status: 403, code: 'missing_scope' },
      )
    }
    expect(await problem(api.probe('admin', api_key))).toMatchObject({ status: 403 })
  }
})
