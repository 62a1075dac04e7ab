import { afterAll, expect, test } from 'bun:test'
import { HOSTILE, openUi, valuesOf } from './open-ui.ts'
import { FAILING, GOOD, policyIn, WRONG } from './policy-texts.ts'

const hub = await openUi()
afterAll(hub.stop)

/** What a text field of a page holds, as a browser reads it. */
function fieldOf(html: string, name: string): string {
  const [, raw = ''] = new RegExp(`<textarea[^>]* name="${name}"[^>]*>([^]*?)</textarea>`).exec(html) ?? []
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
  return raw
    .replace(/^\n/, '')
    .replace(/&(amp|lt|gt|quot|#39);/g, (_, entity: string) => entities[entity] ?? '')
}

const inWords = (html: string) => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')

async function open() {
  const project = await hub.mint()
  const where = `project_id=${project.project_id}`
  const versions = async (id: string) => {
    const answer = await hub.api.request('GET', `/api/v1/policies/${id}/versions`, { key: project.key })
    return (await answer.json()) as { version: number; active: boolean; definition: unknown }[]
  }
  const stored = async () => {
    const answer = await hub.api.request('GET', '/api/v1/policies', { key: project.key })
    return (await answer.json()) as { name: string; active_version: number | null }[]
  }
  const create = async (definition: string, act = 'activate') => {
    const made = await hub.submit(`/policies?${where}`, { name: 'safety', definition, act })
    return policyIn(made.headers.get('location'))
  }
  return { ...project, where, versions, stored, create }
}

test('without a policy the page says that the built-in one decides, and offers one to begin with', async () => {
  const { where, stored } = await open()
  const html = await hub.page(`/policies?${where}`)
  expect(html).toContain('The built-in policy decides')
  expect(valuesOf(html, 'href')).toContain(`/policies/new?${where}`)
  const begin = await hub.page(`/policies/new?${where}`)
  expect(fieldOf(begin, 'definition')).toContain('id: personal-data')
  expect(inWords(begin)).toContain('Nothing wrong found')
  expect(await stored()).toEqual([])
})

test('the policy that is offered can be taken as it stands: it is created, passes its tests and decides', async () => {
  const { where, create, stored } = await open()
  const id = await create(fieldOf(await hub.page(`/policies/new?${where}`), 'definition'))
  expect(await stored()).toMatchObject([{ name: 'safety', active_version: 1 }])
  expect(inWords(await hub.page(`/policies?${where}`))).toContain('safety v1 decides')
  expect(inWords(await hub.page(`/policies/${id}/tests?${where}`))).toContain('2 of 2 tests passed')
})

test('a definition is shown and kept as it was written, to the last line end', async () => {
  const { where, create, versions } = await open()
  const written = `\n# 첫 줄 <b>&amp;</b>\n${GOOD}\n\n`
  const id = await create(written.replaceAll('\n', '\r\n'))
  expect((await versions(id))[0]?.definition).toBe(written)
  expect(fieldOf(await hub.page(`/policies/${id}?${where}`), 'definition')).toBe(written)
})

test('a wrong definition is refused with line and column, stays in the form, and stores nothing', async () => {
  const { where, stored } = await open()
  const refused = await hub.submit(`/policies?${where}`, {
    name: 'safety',
    definition: WRONG,
    act: 'activate',
  })
  const html = await refused.text()
  expect(refused.status).toBe(422)
  expect(inWords(html)).toContain('5:23 Error Unknown signal')
  expect(inWords(html)).toContain('6:11 Error Unknown action')
  expect(html).toContain('did you mean')
  expect(fieldOf(html, 'definition')).toBe(WRONG)
  expect(await stored()).toEqual([])
})

test('the part that is asked for while writing has the findings alone, and stores nothing', async () => {
  const { where, create, versions } = await open()
  const id = await create(GOOD)
  const part = await hub.submit(`/fragments/policies/check?${where}&policy_id=${id}`, { definition: WRONG })
  const html = await part.text()
  expect(html).toStartWith('<section class="findings is-error" id="findings"')
  expect(html).toContain('data-line="5" data-column="23"')
  const again = await hub.submit(`/fragments/policies/check?${where}&policy_id=${id}`, { definition: GOOD })
  expect(inWords(await again.text())).toContain('1 of 1 tests passed')
  expect(await versions(id)).toHaveLength(1)
})

test('without the script a button checks, on the page itself', async () => {
  const { where, create, versions } = await open()
  const id = await create(GOOD)
  const checked = await hub.submit(`/policies/${id}/versions?${where}`, { definition: WRONG, act: 'check' })
  const html = await checked.text()
  expect([checked.status, inWords(html).includes('5:23 Error')]).toEqual([200, true])
  expect(fieldOf(html, 'definition')).toBe(WRONG)
  expect(await versions(id)).toHaveLength(1)
})

test('saving adds a version that does not decide; activating is asked about first', async () => {
  const { where, create, versions } = await open()
  const id = await create(GOOD)
  const second = GOOD.replace('then: ESCALATE', 'then: BLOCK').replace('action: ESCALATE', 'action: BLOCK')
  const saved = await hub.submit(`/policies/${id}/versions?${where}`, { definition: second, act: 'save' })
  expect(saved.headers.get('location')).toBe(`/policies/${id}?${where}&version=2&done=saved`)
  const active = async () => (await versions(id)).filter((one) => one.active).map(({ version }) => version)
  expect(await active()).toEqual([1])
  const asked = await hub.page(`/policies/${id}/versions?${where}&confirm=activate&version=2`)
  expect(asked).toContain('Let v2 of safety decide?')
  expect(await active()).toEqual([1])
  await hub.submit(`/policies/${id}/activate?${where}`, { version: '2' })
  expect(await active()).toEqual([2])
  await hub.submit(`/policies/${id}/rollback?${where}`)
  expect(await active()).toEqual([1])
  const stopped = await hub.submit(`/policies/${id}/deactivate?${where}`)
  expect(await active()).toEqual([])
  expect(await hub.page(stopped.headers.get('location') ?? '')).toContain('the built-in one does')
})

test('a version whose test fails does not get to decide, and the page says why', async () => {
  const { where, create, versions } = await open()
  const id = await create(GOOD)
  await hub.submit(`/policies/${id}/versions?${where}`, { definition: FAILING, act: 'save' })
  const refused = await hub.submit(`/policies/${id}/activate?${where}`, { version: '2' })
  expect(refused.status).toBe(422)
  expect(await refused.text()).toContain('Nothing was changed')
  expect((await versions(id)).find((one) => one.active)?.version).toBe(1)
  const tests = inWords(await hub.page(`/policies/${id}/tests?${where}&version=2`))
  expect(tests).toContain('0 of 1 tests passed')
  expect(tests).toContain('failed personal data goes to a person')
})

test('nothing to roll back to is said, not failed', async () => {
  const { where, create } = await open()
  const id = await create(GOOD)
  const refused = await hub.submit(`/policies/${id}/rollback?${where}`)
  expect(refused.status).toBe(409)
  expect(await refused.text()).toContain('Nothing was changed')
})

test('what differs between two versions is told by sign and word', async () => {
  const { where, create } = await open()
  const id = await create(GOOD)
  const second = GOOD.replace('reason: PII_DETECTED', 'reason: PERSONAL_DATA')
  await hub.submit(`/policies/${id}/versions?${where}`, { definition: second, act: 'save' })
  const words = inWords(await hub.page(`/policies/${id}/diff?${where}&from=1&to=2`))
  expect(words).toContain('1 added · 1 removed')
  expect(words).toContain('− removed: reason: PII_DETECTED')
  expect(words).toContain('+ added: reason: PERSONAL_DATA')
  expect(inWords(await hub.page(`/policies/${id}/diff?${where}&from=1&to=1`))).toContain('say the same')
})

test('hostile text in a policy stays text, on every page that shows it', async () => {
  const { where, create } = await open()
  const definition = GOOD.replace('담당자가 확인합니다', JSON.stringify(HOSTILE)).replace(
    'name: personal data goes to a person',
    `name: ${JSON.stringify(HOSTILE)}`,
  )
  const id = await create(definition, 'save')
  const bad = `version: 2\nrules:\n  - id: ${JSON.stringify(HOSTILE)}\n    when: '</pre><script>x</script>' > 1\n    then: BLOCK\n`
  const pages = [
    await hub.page(`/policies/${id}?${where}`),
    await hub.page(`/policies/${id}/versions?${where}`),
    await hub.page(`/policies/${id}/tests?${where}`),
    await (await hub.submit(`/policies/${id}/versions?${where}`, { definition: bad, act: 'save' })).text(),
    await (await hub.submit(`/policies?${where}`, { name: HOSTILE, definition: bad, act: 'save' })).text(),
  ]
  for (const html of pages) {
    expect(html.match(/<script(?! src="\/static\/)/g)).toBeNull()
    expect(html.match(/<(img|iframe|style|object|hx-partial)[\s>]/g)).toBeNull()
    expect(html.match(/\s(on\w+|style|srcdoc)="/g)).toBeNull()
  }
  expect(pages[0]).toContain('This text has characters that cannot be seen')
})

test('a policy of another project is the same 404 as one that is not there', async () => {
  const [mine, theirs] = [await open(), await open()]
  const id = await theirs.create(GOOD)
  for (const one of ['', '/versions', '/diff', '/tests', '/try']) {
    const foreign = await hub.get(`/policies/${id}${one}?${mine.where}`)
    const missing = await hub.get(`/policies/${crypto.randomUUID()}${one}?${mine.where}`)
    expect([one, foreign.status, missing.status]).toEqual([one, 404, 404])
  }
  const saved = await hub.submit(`/policies/${id}/versions?${mine.where}`, { definition: GOOD, act: 'save' })
  expect([saved.status, (await theirs.versions(id)).length]).toEqual([404, 1])
})

test('a form with more text than a policy may have is refused as such; a long one in Korean is not', async () => {
  const { where, create, versions } = await open()
  const long = `${GOOD}metadata:\n  note: ${'가'.repeat(60_000)}\n`
  expect((await versions(await create(long)))[0]?.definition).toBe(long)
  const definition = '가'.repeat(200_000)
  const length = { 'content-length': '1800000', 'sec-fetch-site': 'same-origin' }
  const refused = await hub.submit(`/policies?${where}`, { name: 'x', definition, act: 'save' }, length)
  expect([refused.status, (await refused.text()).includes('too much for one form')]).toEqual([413, true])
})

test('in Korean the pages are Korean, and what is wrong has its word there too', async () => {
  const { where } = await open()
  const refused = await hub.submit(`/policies?${where}&lang=ko`, {
    name: 'x',
    definition: WRONG,
    act: 'save',
  })
  expect(inWords(await refused.text())).toContain('5:23 오류 알 수 없는 신호')
  expect(inWords(await hub.page(`/policies?${where}&lang=ko`))).toContain('내장 정책이 결정합니다')
})
