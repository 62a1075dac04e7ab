import { afterAll, expect, test } from 'bun:test'
import { openGuarded, visitor } from './visitor.ts'

const hub = await openGuarded()
afterAll(hub.stop)

test('views are one’s own or everybody’s, and never another project’s', async () => {
  const admin = visitor(hub)
  await hub.setUp(admin)
  const [mine, other] = [await hub.mint(), await hub.mint()]
  const { project_id } = mine
  const path = `/?project_id=${project_id}`
  const { browser: ada } = await hub.add(admin, 'Member', { [project_id]: 'member' })
  const { browser: ben } = await hub.add(admin, 'Reader', { [project_id]: 'viewer' })
  const { browser: eve } = await hub.add(admin, 'Outsider', { [other.project_id]: 'admin' })

  await ada.submit(path, '/views', { project_id, name: 'my own', query: 'q=a' })
  await ada.submit(path, '/views', { project_id, name: 'for all', query: 'q=b', shared: 'yes' })
  await ben.submit(path, '/views', { project_id, name: 'only bens', query: 'q=c', shared: 'yes' })
  const seen = async (who: typeof ada) => {
    const html = await who.page(path)
    return ['my own', 'for all', 'only bens'].filter((name) => html.includes(name))
  }
  expect(await seen(ada)).toEqual(['my own', 'for all'])
  expect(await seen(ben)).toEqual(['for all', 'only bens'])
  expect(await seen(eve)).toEqual([])
  expect((await eve.submit('/projects', '/views', { project_id, name: 'x', query: '' })).status).toBe(404)

  const removals = [...(await ada.page(path)).matchAll(/\/views\/[0-9a-f-]{36}\/remove/g)].map(
    ([action]) => action,
  )
  expect(removals.length).toBe(2)
  expect((await ben.page(path)).split('/remove').length).toBe(2)
  for (const action of removals) {
    await ben.submit(path, action, { project_id, query: '' })
    await eve.submit('/projects', action, { project_id: other.project_id, query: '' })
  }
  expect(await seen(ada)).toEqual(['my own', 'for all'])
  for (const action of removals) await ada.submit(path, action, { project_id, query: '' })
  expect(await seen(ada)).toEqual([])
  expect(await seen(ben)).toEqual(['only bens'])
})
