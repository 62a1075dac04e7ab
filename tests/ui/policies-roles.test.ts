import { afterAll, expect, test } from 'bun:test'
import { valuesOf } from './open-ui.ts'
import { GOOD, policyIn } from './policy-texts.ts'
import { openGuarded, visitor, type Visitor } from './visitor.ts'

const hub = await openGuarded()
afterAll(hub.stop)

const admin = visitor(hub)
await hub.setUp(admin)

/** A project with a policy of two versions, and a person for each role. */
async function withPolicy() {
  const project = await hub.mint()
  const { project_id } = project
  const where = `project_id=${project_id}`
  const one = `/policies/new?${where}`
  const made = await admin.submit(one, `/policies?${where}`, {
    name: 'safety',
    definition: GOOD,
    act: 'activate',
  })
  const id = policyIn(made.headers.get('location'))
  await admin.submit(one, `/policies/${id}/versions?${where}`, { definition: `${GOOD}\n`, act: 'save' })
  const [viewer, member, manager] = await Promise.all(
    (['viewer', 'member', 'admin'] as const).map(async (role) => {
      const { browser } = await hub.add(admin, role, { [project_id]: role })
      return browser
    }),
  )
  if (!viewer || !member || !manager) throw new Error('there is a person for each role')
  const page = `/policies/${id}?${where}`
  const active = async () => {
    const answer = await hub.api.request('GET', `/api/v1/policies/${id}/versions`, { key: project.key })
    const versions = (await answer.json()) as { version: number; active: boolean }[]
    return { versions: versions.length, active: versions.find((version) => version.active)?.version ?? null }
  }
  return { id, where, page, viewer, member, manager, active }
}

/** The acts on the policy that a page offers. */
const actsOn = (html: string, id: string) =>
  valuesOf(html, 'action').filter((action) => action.startsWith(`/policies/${id}`))

test('viewers look, members also try, admins of the project also change; what one may not do is not shown', async () => {
  const { id, where, page, viewer, member, manager } = await withPolicy()
  const seen = async (browser: Visitor) => {
    const html = await browser.page(page)
    return {
      reads: html.includes('name="definition"') && html.includes('personal-data'),
      tries: html.includes(`/policies/${id}/try?`),
      saves: actsOn(html, id).length > 0,
      stops: html.includes('confirm=deactivate'),
      begins: (await browser.page(`/policies?${where}`)).includes('/policies/new?'),
    }
  }
  const looks = { reads: true, tries: false, saves: false, stops: false, begins: false }
  expect(await seen(viewer)).toEqual(looks)
  expect(await seen(member)).toEqual({ ...looks, tries: true })
  expect(await seen(manager)).toEqual({ reads: true, tries: true, saves: true, stops: true, begins: true })
})

test('a form that a person was not shown is refused all the same, and changes nothing', async () => {
  const { id, where, page, viewer, member, active } = await withPolicy()
  const before = await active()
  for (const browser of [viewer, member]) {
    for (const [path, fields] of [
      [`/policies?${where}`, { name: 'own', definition: GOOD, act: 'activate' }],
      [`/policies/${id}/versions?${where}`, { definition: GOOD, act: 'activate' }],
      [`/policies/${id}/activate?${where}`, { version: '2' }],
      [`/policies/${id}/rollback?${where}`, {}],
      [`/policies/${id}/deactivate?${where}`, {}],
    ] as const) {
      // The page of projects has a form for everybody: signing out.
      const refused = await browser.submit(page, path, fields)
      expect([path, refused.status]).toEqual([path, 403])
    }
  }
  expect((await viewer.get(`/policies/new?${where}`)).status).toBe(403)
  expect((await viewer.get(`/policies/${id}/try?${where}`)).status).toBe(403)
  expect((await viewer.submit(page, `/policies/${id}/try?${where}`, { output: 'x' })).status).toBe(403)
  expect(await active()).toEqual(before)
})

test('a viewer can look at what differs, and run the tests', async () => {
  const { id, where, viewer } = await withPolicy()
  expect(await viewer.look(`/policies/${id}/diff?${where}`)).toBe('200')
  expect(await viewer.page(`/policies/${id}/tests?${where}`)).toContain('1 of 1 tests passed')
})

test('who is of no project of the policy finds nothing', async () => {
  const { id, where, page } = await withPolicy()
  const { browser } = await hub.add(admin, 'Stranger')
  for (const path of [`/policies?${where}`, page, `/policies/${id}/tests?${where}`, `/decisions?${where}`])
    expect([path, (await browser.get(path)).status]).toEqual([path, 404])
})
