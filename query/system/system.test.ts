import { afterAll, expect, test } from 'bun:test'
import { chromium } from 'playwright-core'
import { ENDPOINTS } from '#shared/contract/index.ts'
import { openDatabase } from '#shared/store/connect.ts'
import { testApi } from '#shared/testing/api.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { query } from '../service.ts'

const deps = await testDeps()
const { routes } = await query(deps)
const { request: ask, fetch } = testApi(deps, routes)
afterAll(deps.stop)

type Operation = {
  summary: string
  security: Record<string, unknown>[]
  parameters: { name: string; in: string; required: boolean }[]
  requestBody?: { content: Record<string, unknown> }
  responses: Record<string, unknown>
}
type Document = {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { securitySchemes: object; schemas: Record<string, unknown> }
}

async function readDocument(): Promise<Document> {
  const response = await ask('GET', '/swagger/json')
  expect(response.headers.get('content-type')).toContain('application/json')
  // The expectations of each test are the check of its form.
  return (await response.json()) as Document
}

const withDatabase = async (url: string) => {
  const database = openDatabase(url, deps.log)
  const service = await query({ ...deps, database })
  return { database, request: testApi({ ...deps, database }, service.routes).request }
}

test('the process says that it is alive without a key and without the database', async () => {
  const { database, request } = await withDatabase('postgres://nobody@127.0.0.1:1/none')
  const response = await request('GET', '/healthz')
  expect([response.status, await response.json()]).toEqual([200, { ok: true }])
  await database.stop()
})

test('ready means that the database answers', async () => {
  const response = await ask('GET', '/readyz')
  expect([response.status, await response.json()]).toEqual([200, { ok: true }])
})

test('without a database the hub is not ready, and says when to ask again', async () => {
  const { database, request } = await withDatabase('postgres://nobody@127.0.0.1:1/none')
  const response = await request('GET', '/readyz')
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
  expect(await response.json()).toMatchObject({ code: 'starting', detail: 'The hub is not ready' })
  await database.stop()
})

test('a database that takes the connection and never answers is not waited for', async () => {
  const silent = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const { request } = await withDatabase(`postgres://nobody@127.0.0.1:${silent.port}/none`)
  const started = performance.now()
  const response = await request('GET', '/readyz')
  expect(response.status).toBe(503)
  expect(performance.now() - started).toBeLessThan(2900)
  silent.stop(true)
})

test('the reference describes every operation of the contract, with its parameters, body and errors', async () => {
  const { openapi, paths } = await readDocument()
  expect(openapi).toStartWith('3.1')
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const declared = ENDPOINTS.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
  expect(described.toSorted()).toEqual(declared.toSorted())
  for (const { method, path, auth, summary, query: asked, body } of ENDPOINTS) {
    const operation = paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
    expect(operation?.summary).toBe(summary)
    expect(operation?.security).toHaveLength(auth === 'none' ? 0 : 3)
    const names = operation?.parameters.filter((one) => one.in === 'query').map(({ name }) => name)
    expect(names).toEqual(Object.keys((asked['properties'] as object | undefined) ?? {}))
    expect(operation?.requestBody === undefined).toBe(body['type'] === 'undefined')
    expect(Object.keys(operation?.responses ?? {})).toEqual(['200', '4XX', '5XX'])
  }
})

test('bodies are JSON alone, and references lead somewhere', async () => {
  const document = await readDocument()
  const { paths, components } = document
  expect(Object.keys(paths['/api/v1/ingest/spans']?.['post']?.requestBody?.content ?? {})).toEqual([
    'application/json',
  ])
  expect(Object.keys(components.securitySchemes)).toEqual(['api_key', 'bearer', 'basic'])
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)]
  expect(references.length).toBeGreaterThan(0)
  for (const [, name] of references) expect(components.schemas).toHaveProperty(name ?? '')
})

test('only what the page needs is served beside it', async () => {
  for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js', 'start.js', 'favicon-32x32.png']) {
    const response = await ask('GET', `/swagger/assets/${file}`)
    expect(response.status).toBe(200)
    expect((await response.bytes()).length).toBeGreaterThan(50)
  }
  for (const file of ['package.json', 'swagger-ui.js', '..%2fpackage.json', '__proto__', 'constructor']) {
    expect((await ask('GET', `/swagger/assets/${file}`)).status).toBe(404)
  }
})

test('the page shows the operations in a browser without the network, and breaks no rule of its policy', async () => {
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: (incoming) => fetch(incoming) })
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  })
  try {
    const page = await browser.newPage()
    const complaints: string[] = []
    const elsewhere: string[] = []
    page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
    page.on('pageerror', (error) => void complaints.push(error.message))
    page.on('request', (asked) => {
      const url = new URL(asked.url())
      if (url.protocol.startsWith('http') && url.origin !== server.url.origin) elsewhere.push(asked.url())
    })
    await page.goto(new URL('/swagger', server.url).href)
    await page.waitForSelector('.opblock')
    expect(await page.locator('.opblock').count()).toBe(ENDPOINTS.length)
    await page.locator('.opblock-get').first().click()
    await page.waitForSelector('.opblock-body .parameters')
    await page.getByRole('button', { name: 'Authorize' }).click()
    await page.waitForSelector('.auth-container')
    expect({ complaints, elsewhere }).toEqual({ complaints: [], elsewhere: [] })
  } finally {
    await browser.close()
    await server.stop(true)
  }
}, 60_000)
