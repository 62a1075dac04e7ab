import { afterAll, expect, test } from 'bun:test'
import type { TestProject } from '#shared/testing/project.ts'
import { HOSTILE, mainOf, openUi, valuesOf } from '../ui/open-ui.ts'
import { HOSTILE_PAGE, HOSTILE_SVG, png, textFile, type File } from './files.ts'
import { mustSend, run, type Run } from './send-runs.ts'

const hub = await openUi()
afterAll(hub.stop)

const picture: File = { name: 'screen', type: 'image/png', bytes: png('of a test') }

async function sent(files: File[]): Promise<{ project: TestProject; one: Run; path: string }> {
  const project = await hub.mint()
  const one = run(files)
  await mustSend(hub.api, project, [one])
  const path = `/traces/${one.trace_id}?project_id=${project.project_id}&span=${one.id}`
  return { project, one, path }
}

const linksOf = (html: string) => valuesOf(html, 'href').filter((href) => href.includes('/attachments/'))
const drawnIn = (html: string) => valuesOf(html, 'src').filter((src) => src.includes('/attachments/'))

test.each([
  ['en', 'Attachments'],
  ['ko', '첨부 파일'],
])('the span lists its files with name, type and size (%s)', async (lang, title) => {
  const { path } = await sent([picture, textFile('보고서', 'application/pdf', 'x'.repeat(1500))])
  const html = mainOf(await hub.page(`${path}&lang=${lang}`))
  expect(html).toContain(`<h3>${title}</h3>`)
  expect(html).toContain('<bdi>보고서</bdi>')
  expect(html).toContain('1.5 kB · <bdi>application/pdf</bdi>')
  expect(linksOf(html).length).toBe(2)
})

test('a picture is drawn in small from this origin, what can run script is only named', async () => {
  const { project, path } = await sent([
    picture,
    textFile('drawing', 'image/svg+xml', HOSTILE_SVG),
    textFile('page', 'text/html', HOSTILE_PAGE),
  ])
  const html = mainOf(await hub.page(path))
  const [drawn, ...others] = drawnIn(html)
  expect(others).toEqual([])
  expect(drawn).toMatch(/^\/traces\/[\w-]+\/spans\/[\w-]+\/attachments\/[0-9a-f]{16}\?project_id=[\w-]+$/)
  expect(drawn).toContain(project.project_id)
  expect(linksOf(html).length).toBe(3)
})

test('a span without files says nothing of them', async () => {
  const { path } = await sent([])
  expect(mainOf(await hub.page(path))).not.toContain('ttachments')
})

test('the page of the span has its files as well', async () => {
  const { project, one } = await sent([picture])
  const html = await hub.page(`/traces/${one.trace_id}/nodes/${one.id}?project_id=${project.project_id}`)
  expect(drawnIn(mainOf(html)).length).toBe(1)
})

test('the address of a file gives its bytes in a sandbox, as the type that the API says', async () => {
  const { path } = await sent([picture, textFile('drawing', 'image/svg+xml', HOSTILE_SVG)])
  const html = await hub.page(path)
  const [first = '', second = ''] = linksOf(html)
  const drawn = await hub.get(first)
  expect(Buffer.from(await drawn.arrayBuffer()).equals(picture.bytes)).toBe(true)
  const saved = await hub.get(second)
  expect(await saved.text()).toBe(HOSTILE_SVG)
  const kinds = [drawn, saved].map(({ headers }) => [
    headers.get('content-type'),
    headers.get('content-disposition')?.split(';')[0],
  ])
  expect(kinds).toEqual([
    ['image/png', 'inline'],
    ['application/octet-stream', 'attachment'],
  ])
  for (const { headers } of [drawn, saved]) {
    expect(headers.get('content-security-policy')).toStartWith("sandbox; default-src 'none'")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect(headers.get('cache-control')).toStartWith('private')
    expect(headers.get('vary')).toContain('cookie')
  }
})

test('a file of another project, one that is not there and one without a project are not found alike', async () => {
  const { project, path } = await sent([textFile('note', 'text/plain', 'secret words')])
  const other = await hub.mint()
  const [link = ''] = linksOf(await hub.page(path))
  const paths = [
    link.replace(project.project_id, other.project_id),
    link.replace(/attachments\/\w+/, 'attachments/0123456789abcdef'),
    link.replace(/\?.*/, ''),
  ]
  for (const path_of of paths) {
    const response = await hub.get(path_of)
    expect([path_of, response.status]).toEqual([path_of, 404])
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(await response.text()).not.toContain('secret words')
  }
})

test('a hostile name is text on the page, and what it hides is seen', async () => {
  const name = HOSTILE.replaceAll(/["\r\n]/g, '').slice(0, 250)
  const { path } = await sent([textFile(name, 'text/plain', 'calm')])
  const html = mainOf(await hub.page(path))
  expect(html).not.toContain('<script>window.hit')
  expect(html).toContain('&lt;script&gt;window.hit=1')
  expect(html).not.toContain('\u202E')
  expect(html).toContain('U+202E')
})
