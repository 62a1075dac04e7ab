import { afterAll, expect, test } from 'bun:test'
import type { TestProject } from '#shared/testing/project.ts'
import { sample, valuesOf } from './open-ui.ts'
import { openGuarded, visitor, type Visitor } from './visitor.ts'

const hub = await openGuarded()
afterAll(hub.stop)

const admin = visitor(hub)
await hub.setUp(admin)

async function withTrace(): Promise<TestProject & { trace_id: string; span_id: string; name: string }> {
  const project = await hub.mint()
  const name = `secret-${crypto.randomUUID()}`
  const { trace_id, span_id, body } = sample({ trace: { name } })
  await hub.tell(project, '/ingest/traces', body)
  return { ...project, trace_id, span_id, name }
}

const ACTS = ['rotate-key', 'current-key', 'deactivate', 'activate']

const canRead = async ({ key }: TestProject) =>
  (await hub.api.request('GET', '/api/v1/traces', { key })).status === 200

/** Every page and every part of one, of a trace in a project. */
const pathsOf = (project_id: string, trace_id: string, span_id: string) => [
  `/?project_id=${project_id}`,
  `/traces/${trace_id}?project_id=${project_id}`,
  `/traces/${trace_id}`,
  `/traces/${trace_id}/nodes/${span_id}?project_id=${project_id}`,
  `/fragments/traces?project_id=${project_id}`,
  `/fragments/overview?project_id=${project_id}`,
  `/fragments/traces/${trace_id}?project_id=${project_id}`,
  `/fragments/traces/${trace_id}/graph?project_id=${project_id}`,
]

test('a person of one project neither sees nor detects another, on any page or part of one', async () => {
  const [mine, theirs] = [await withTrace(), await withTrace()]
  const { browser } = await hub.add(admin, 'Tenant', { [mine.project_id]: 'admin' })
  const list = await browser.page('/projects')
  expect([list.includes(mine.project_id), list.includes(theirs.project_id)]).toEqual([true, false])

  const nowhere = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()] as const
  const missing = pathsOf(...nowhere)
  const ids = new RegExp([...nowhere, theirs.project_id, theirs.trace_id, theirs.span_id].join('|'), 'g')
  const look = async (path: string) => {
    const response = await browser.get(path)
    return { status: response.status, html: (await response.text()).replace(ids, 'id') }
  }
  for (const [at, path] of pathsOf(theirs.project_id, theirs.trace_id, theirs.span_id).entries()) {
    const foreign = await look(path)
    expect([path, foreign]).toEqual([path, await look(missing[at] ?? '')])
    expect([path, foreign.status]).toEqual([path, 404])
    expect(foreign.html).not.toContain(theirs.name)
  }
  for (const path of pathsOf(mine.project_id, mine.trace_id, mine.span_id).slice(0, 4))
    expect([path, (await browser.get(path)).status]).toEqual([path, 200])
})

test('an act on a project of others is the same 404 as on none, and does nothing', async () => {
  const [mine, theirs] = [await hub.mint(), await hub.mint()]
  const { browser } = await hub.add(admin, 'Reaches', { [mine.project_id]: 'admin' })
  for (const act of ACTS) {
    for (const id of [theirs.project_id, crypto.randomUUID()]) {
      const response = await browser.submit('/projects', `/projects/${id}/${act}`)
      expect([act, response.status]).toEqual([act, 404])
      expect(await response.text()).not.toContain('proj_')
    }
  }
  expect(await canRead(theirs)).toBe(true)
})

async function actsOf(browser: Visitor, project_id: string) {
  const answers = []
  for (const act of ACTS)
    answers.push((await browser.submit('/account', `/projects/${project_id}/${act}`)).status)
  return answers
}

test('viewers and members are shown no act on a project, and refused each one', async () => {
  const project = await hub.mint()
  for (const role of ['viewer', 'member']) {
    const { browser } = await hub.add(admin, 'Reader', { [project.project_id]: role })
    for (const path of [
      '/projects',
      `/projects?manage=${project.project_id}`,
      `/?project_id=${project.project_id}`,
    ]) {
      const html = await browser.page(path)
      expect(valuesOf(html, 'action').filter((action) => action.startsWith('/projects'))).toEqual([])
      expect(valuesOf(html, 'href').filter((href) => /manage=(?!.*&(lang|theme)=)/.test(href))).toEqual([])
    }
    expect([role, await actsOf(browser, project.project_id)]).toEqual([role, [403, 403, 403, 403]])
    expect((await browser.submit('/account', '/projects', { name: 'forged' })).status).toBe(403)
  }
  expect(await canRead(project)).toBe(true)
  expect(await admin.page('/projects')).not.toContain('forged')
})

test('an admin of a project manages it, makes none, and manages no people', async () => {
  const project = await hub.mint()
  const { browser, person_id } = await hub.add(admin, 'Manager', { [project.project_id]: 'admin' })
  expect(await actsOf(browser, project.project_id)).toEqual([200, 200, 303, 303])
  expect(valuesOf(await browser.page('/projects'), 'action')).not.toContain('/projects')
  expect((await browser.submit('/account', '/projects', { name: 'forged' })).status).toBe(403)
  for (const path of ['/people', '/audit']) {
    expect([path, (await browser.get(path)).status]).toEqual([path, 403])
    expect(valuesOf(await browser.page('/projects'), 'href')).not.toContain(path)
  }
  for (const act of ['admin', 'disable', 'invite', 'enable', 'no-admin'])
    expect((await browser.submit('/account', `/people/${person_id}/${act}`)).status).toBe(403)
  const own = { project_id: project.project_id, role: 'admin' }
  expect((await browser.submit('/account', `/people/${person_id}/role`, own)).status).toBe(403)
  const [person] = await hub.sql`select is_admin, disabled_at from people where person_id = ${person_id}`
  expect(person).toEqual({ is_admin: false, disabled_at: null })
})

test('a role that is taken away or changed holds with the next request', async () => {
  const project = await withTrace()
  const { browser, person_id } = await hub.add(admin, 'Loses', { [project.project_id]: 'admin' })
  const path = `/?project_id=${project.project_id}`
  expect((await browser.get(path)).status).toBe(200)
  await admin.submit('/people', `/people/${person_id}/role`, {
    project_id: project.project_id,
    role: 'viewer',
  })
  expect(await actsOf(browser, project.project_id)).toEqual([403, 403, 403, 403])
  await admin.submit('/people', `/people/${person_id}/role`, { project_id: project.project_id, role: '' })
  expect((await browser.get(path)).status).toBe(404)
  const roles = (await hub.audited('person.role_changed')).filter(({ subject }) => subject === person_id)
  expect(roles.map(({ detail }) => detail)).toEqual([
    { from: null, to: 'admin' },
    { from: 'admin', to: 'viewer' },
    { from: 'viewer', to: null },
  ])
})
