import { afterAll, expect, test } from 'bun:test'
import { openUi, valuesOf } from './open-ui.ts'

const hub = await openUi()
afterAll(hub.stop)

const keyIn = (html: string) => /<code id="api-key">([^<]+)<\/code>/.exec(html)?.[1] ?? ''

const status = async (key: string, method: string, path: string, body?: unknown) =>
  (await hub.api.request(method, path, { key, ...(body === undefined ? {} : { body }) })).status

const canRead = async (key: string) => (await status(key, 'GET', '/api/v1/traces')) === 200
const canSend = async (key: string) =>
  (await status(key, 'POST', '/api/v1/ingest/spans', { events: [] })) === 200

/** Makes a project by the form; its key and id as the page shows them. */
async function create(name: string) {
  const html = await (await hub.submit('/projects', { name })).text()
  const rotate = valuesOf(html, 'href').find((href) => href.includes('confirm=rotate')) ?? ''
  return {
    html,
    key: keyIn(html),
    id: new URLSearchParams(rotate.split('?')[1]?.split('#')[0]).get('manage') ?? '',
  }
}

test('create shows a key that reads, rotate asks first and gives one that sends (W-73)', async () => {
  const { html, key, id } = await create('환불 봇 <b>')
  expect(html).toContain('Project 환불 봇 &lt;b&gt; is created')
  expect(html).toContain('It can send traces after the first rotation')
  expect([await canRead(key), await canSend(key)]).toEqual([true, false])

  const before = await hub.page(`/projects?manage=${id}`)
  expect(valuesOf(before, 'action')).not.toContain(`/projects/${id}/rotate-key`)
  const asked = await hub.page(`/projects?manage=${id}&confirm=rotate`)
  expect(asked).toContain('Rotate the key of 환불 봇 &lt;b&gt;?')
  expect(valuesOf(asked, 'action')).toContain(`/projects/${id}/rotate-key`)
  expect(await canRead(key)).toBe(true)

  const rotated = await (await hub.submit(`/projects/${id}/rotate-key`)).text()
  const next = keyIn(rotated)
  expect(next).not.toBe(key)
  expect([await canSend(next), await canRead(key)]).toEqual([true, false])
})

test('a rotation with grace lets the old key go on', async () => {
  const { project_id, key } = await hub.mint()
  const rotated = await (
    await hub.submit(`/projects/${project_id}/rotate-key`, { grace_seconds: '300' })
  ).text()
  expect([await canSend(key), await canSend(keyIn(rotated))]).toEqual([true, true])
})

test('a grace that the form does not offer is none', async () => {
  const { project_id, key } = await hub.mint()
  await hub.submit(`/projects/${project_id}/rotate-key`, { grace_seconds: '999999999' })
  expect(await canRead(key)).toBe(false)
})

test('the current key is shown again by a form, and is not for a cache', async () => {
  const { project_id, key } = await hub.mint()
  const response = await hub.submit(`/projects/${project_id}/current-key`)
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(keyIn(await response.text())).toBe(key)
})

test('a name that is missing or too long is said beside the field, with what was typed', async () => {
  for (const [name, reason] of [
    ['  ', 'Give the project a name.'],
    ['x'.repeat(300), 'name: '],
  ] as const) {
    const response = await hub.submit('/projects', { name })
    const html = await response.text()
    expect(response.status).toBe(422)
    expect(html).toContain(`id="name-problem" role="alert"`)
    expect(html).toContain(reason)
    expect(html).toContain(`value="${name.trim()}"`)
    expect(keyIn(html)).toBe('')
  }
})

test('deactivate asks first, then pills and acts follow the state (W-73)', async () => {
  const { project_id, key } = await hub.mint()
  const manage = `/projects?manage=${project_id}`
  const act = (name: string) => `/projects/${project_id}/${name}`
  expect(valuesOf(await hub.page(manage), 'action')).not.toContain(act('deactivate'))
  expect(valuesOf(await hub.page(`${manage}&confirm=deactivate`), 'action')).toContain(act('deactivate'))
  expect((await hub.submit(act('deactivate'))).status).toBe(303)
  const inactive = await hub.page(manage)
  expect(inactive).toContain('Blocked')
  expect(valuesOf(inactive, 'action')).toContain(act('activate'))
  expect(valuesOf(inactive, 'href')).not.toContain(`/?project_id=${project_id}`)
  expect(await canRead(key)).toBe(false)
  await hub.submit(act('activate'))
  expect(await canRead(key)).toBe(true)
  expect(valuesOf(await hub.page(manage), 'href')).toContain(`/?project_id=${project_id}`)
})

test('acts on a project that is not there are 404 pages', async () => {
  for (const act of ['rotate-key', 'current-key', 'activate', 'deactivate']) {
    for (const id of [crypto.randomUUID(), 'nope']) {
      expect([act, (await hub.submit(`/projects/${id}/${act}`)).status]).toEqual([act, 404])
    }
  }
})

test('the default project is marked, and its empty page has the command with the development key', async () => {
  const html = await hub.page('/projects')
  expect(html).toContain('dev-key writes to and reads from this project')
  expect(html.split('dev-key writes to').length).toBe(2)
})

test('of many projects the newest fifty are shown, and others are found by name', async () => {
  const word = `창구-${crypto.randomUUID().slice(0, 8)}`
  const make = async (name: string) => {
    const answer = await hub.api.request('POST', '/api/v1/projects', { key: 'dev-key', body: { name } })
    return ((await answer.json()) as { id: string }).id
  }
  const oldest = await make(`${word} 환불 first`)
  for (let n = 0; n < 50; n++) await make(`${word} ${n}`)
  const look = async (query: Record<string, string>) =>
    hub.page(`/projects?${new URLSearchParams({ name: word, ...query })}`)
  const many = await look({})
  expect(many).toContain('The newest 50 of 51 projects. Look for others by name.')
  expect(many).not.toContain(oldest)
  expect(many.split(`${word} `).length - 1).toBe(50)
  const one = await look({ name: `${word} 환불 FIRST`.normalize('NFD') })
  expect(one).toContain(`/?project_id=${oldest}`)
  expect(one).not.toContain('Look for others by name.')
  expect(await look({ manage: oldest })).toContain(`/projects/${oldest}/current-key`)
  expect(await look({ name: crypto.randomUUID() })).toContain('Nothing matches')
})
