import { afterAll, expect, test } from 'bun:test'
import { createKey } from '#shared/contract/projects.ts'
import { listCases } from '#shared/contract/cases.ts'
import { signActor, type Role } from '#shared/http/actor.ts'
import { call } from '#shared/http/call.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { openCasesHub } from './open-cases-hub.ts'

const hub = await openCasesHub()
afterAll(hub.stop)

async function keyOf({ project_id }: TestProject, scope: 'ingest' | 'read' | 'decide' | 'full') {
  const { api_key } = await call(
    hub.api.fetch,
    'http://localhost',
    createKey,
    { params: { project_id }, body: { name: scope, scope } },
    { 'x-api-key': 'dev-key' },
  )
  return api_key
}

async function opened() {
  const { project } = await hub.open()
  await hub.decide(project, 'person')
  return { project, id: (await hub.only(project)).id }
}

test('W-40: the key that an application has for its traces settles no case, nor does one that reads', async () => {
  const { project, id } = await opened()
  for (const scope of ['ingest', 'decide', 'read'] as const) {
    const key = await keyOf(project, scope)
    for (const path of [`${id}/ack`, `${id}/resolve`, `${id}/reopen`]) {
      const refused = await hub.act({ ...project, key }, path)
      expect([scope, refused.status, refused.json['code']]).toEqual([scope, 403, 'missing_scope'])
    }
    const bulk = await hub.act({ ...project, key }, 'bulk', { ids: [id], action: 'resolve' })
    expect(bulk.status).toBe(403)
  }
  const reads = await hub.send(
    { ...project, key: await keyOf(project, 'read') },
    'GET',
    `/api/v1/cases/${id}`,
  )
  expect(reads).toMatchObject({ status: 200, json: { status: 'open', version: 1 } })
  expect(await hub.history(project, id)).toHaveLength(1)
  expect(await hub.act({ ...project, key: await keyOf(project, 'full') }, `${id}/ack`)).toMatchObject({
    status: 200,
  })
})

test("a member of the project acts under the own name, a viewer only looks, and the times are an admin's", async () => {
  const { project, id } = await opened()
  const as = (role: Role, person: string) => ({
    'x-hub-actor': signActor(hub.deps.config.secret_key, {
      ...{ person, role, project: project.project_id },
      expires_at: Date.now() + 60_000,
    }),
  })
  const send = (method: string, path: string, headers: Record<string, string>, body?: unknown) =>
    hub.api.request(method, `/api/v1/cases/${path}`, { headers, body })
  expect((await send('GET', id, as('viewer', 'v'))).status).toBe(200)
  expect((await send('POST', `${id}/ack`, as('viewer', 'v'), {})).status).toBe(403)
  const person = crypto.randomUUID()
  expect((await send('POST', `${id}/ack`, as('member', person), {})).status).toBe(200)
  expect((await hub.history(project, id)).at(-1)).toMatchObject({ event: 'acknowledged', actor: person })
  const { updated_at: _, ...settings } = (await hub.send(project, 'GET', '/api/v1/cases/settings')).json
  expect((await send('PUT', 'settings', as('member', person), settings)).status).toBe(403)
  expect((await send('PUT', 'settings', as('admin', person), settings)).status).toBe(200)
})

test('the most urgent come first, page by page, and none is left out or shown twice', async () => {
  const { project } = await hub.open()
  for (let n = 0; n < 6; n++) await hub.decide(project, 'by-user', { user: `u${n}` })
  await hub.decide(project, 'person')
  await hub.decide(project, 'urgent')
  const seen: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const query = { sort: 'urgency', page_size: 3, ...(cursor === '' ? {} : { cursor }) } as const
    const page: Awaited<ReturnType<typeof call<never, never, never, typeof listCases.response>>> = await call(
      hub.api.fetch,
      'http://localhost',
      listCases,
      { query },
      { 'x-api-key': project.key },
    )
    seen.push(...page.items.map(({ severity, id }) => `${severity} ${id}`))
    expect(page.total).toBe(8)
    cursor = page.next_cursor
  }
  expect(new Set(seen).size).toBe(8)
  const severities = seen.map((line) => line.split(' ')[0])
  expect(severities).toEqual(['critical', ...Array<string>(6).fill('high'), 'medium'])
  const second = seen[1]?.split(' ')[1] ?? ''
  const after = await hub.list(project, `?sort=urgency&after=${second}&page_size=1`)
  expect(after.map(({ id }) => id)).toEqual([seen[2]?.split(' ')[1] ?? ''])
})

test('a list is asked with what it knows, and says what is wrong with the rest', async () => {
  const { project } = await opened()
  for (const query of [
    'status=closed',
    'severity=urgent',
    'cursor=x',
    'sort=risk',
    'page_size=0',
    'overdue=maybe',
  ]) {
    const { status, json } = await hub.send(project, 'GET', `/api/v1/cases?${query}`)
    expect([query, status, json['code']]).toEqual([query, 422, 'validation_error'])
  }
  const all_of_it = '?status=open,acknowledged&unassigned=true&severity=medium&rule=person'
  expect(await hub.list(project, all_of_it)).toHaveLength(1)
  expect(await hub.list(project, '?unassigned=false')).toEqual([])
})

test('the projects say how many of their cases are open', async () => {
  const { project, id } = await opened()
  const count = async () => {
    const response = await hub.api.request('GET', '/api/v1/projects', { key: 'dev-key' })
    // The contract says that it is a list of projects.
    const projects = (await response.json()) as { id: string; open_case_count: number }[]
    return projects.find((one) => one.id === project.project_id)?.open_case_count
  }
  expect(await count()).toBe(1)
  await hub.act(project, `${id}/ack`)
  expect(await count()).toBe(0)
})
