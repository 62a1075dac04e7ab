import { expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ENDPOINTS } from '#shared/contract/index.ts'
import { readTable, serviceOf, writeCaddyfile } from './caddyfile.ts'
import { demands, readCompose } from './compose-file.ts'

const HOUSE = join(import.meta.dir, '../..')
const read = (name: string) => Bun.file(join(HOUSE, name)).text()

const [dev, prod, caddyfile, dockerfile] = await Promise.all(
  ['compose.yaml', 'compose.prod.yaml', 'Caddyfile', 'Dockerfile'].map(read),
)
const SERVICES = ['ingest', 'decide', 'query', 'notify', 'ui']

const secrets = () =>
  Object.fromEntries(demands(prod ?? '').map((name) => [name, crypto.randomUUID().replaceAll('-', '')]))

test('compose.yaml needs nothing from the environment, and publishes on loopback only', () => {
  const { services } = readCompose(dev ?? '', {})
  expect(demands(dev ?? '')).toEqual([])
  const ports = Object.values(services).flatMap((service) => service.ports ?? [])
  expect(ports.toSorted()).toEqual(['127.0.0.1:3000:3000', '127.0.0.1:5432:5432', '127.0.0.1:8000:8000'])
  for (const name of SERVICES) {
    expect(services[name]?.environment).toMatchObject({
      HUB_ENV: 'development',
      HUB_DEV_BEHIND: 'loopback-publish',
    })
  }
})

test('compose.prod.yaml refuses to start without each of its secrets, and takes none from compose.yaml', () => {
  const all = secrets()
  expect(Object.keys(all)).toEqual([
    ...['ADMIN_KEY', 'HUB_DECIDE_DB_PASSWORD', 'HUB_INGEST_DB_PASSWORD', 'HUB_NOTIFY_DB_PASSWORD'],
    ...['HUB_QUERY_DB_PASSWORD', 'HUB_SECRET_KEY', 'HUB_UI_DB_PASSWORD', 'NATS_PASSWORD'],
    ...['POSTGRES_PASSWORD', 'VALKEY_PASSWORD'],
  ])
  for (const name of Object.keys(all)) {
    expect(() => readCompose(prod ?? '', { ...all, [name]: '' })).toThrow(name)
  }
  const { services } = readCompose(prod ?? '', all)
  for (const name of SERVICES) {
    expect(services[name]?.environment).toMatchObject({ HUB_ENV: 'production', ADMIN_KEY: all['ADMIN_KEY'] })
    expect(services[name]?.environment).not.toHaveProperty('HUB_DEV_BEHIND')
  }
  expect(prod).not.toContain('dev-key')
  const ports = Object.values(services).flatMap((service) => service.ports ?? [])
  expect(ports).toEqual(['127.0.0.1:3000:3000', '127.0.0.1:8000:8000'])
})

test.each([
  ['compose.yaml', dev],
  ['compose.prod.yaml', prod],
])(
  '%s: each service has a role of its own, a health check, and can be there more than once',
  (_name, text) => {
    const { services } = readCompose(text ?? '', secrets())
    expect(Object.keys(services).toSorted()).toEqual(
      ['postgres', 'nats', 'valkey', 'migrate', 'gateway', ...SERVICES].toSorted(),
    )
    for (const name of SERVICES) {
      const service = services[name]
      expect(service?.command).toEqual(['bun', `${name}/main.ts`])
      expect(new URL(service?.environment?.['DATABASE_URL'] ?? '').username).toBe(`hub_${name}`)
      expect(service?.healthcheck?.test.join(' ')).toContain('/readyz')
      expect(service?.depends_on?.['migrate']?.condition).toBe('service_completed_successfully')
      expect(service?.container_name).toBeUndefined()
      expect(service?.volumes).toBeUndefined()
      if (name !== 'ui') expect(service?.ports).toBeUndefined()
    }
    const images = Object.values(services).map(({ image }) => image)
    expect(images.filter((image) => image.endsWith(':latest'))).toEqual([])
  },
)

test('the image runs as nobody in particular and has every file that the services need', () => {
  const lines = (dockerfile ?? '').split('\n')
  const copied = lines
    .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
    .flatMap((line) => line.split(' ').slice(1, -1))
  for (const name of copied) expect(existsSync(join(HOUSE, name))).toBe(true)
  const needed = ['hub.ts', 'migrations', 'shared', ...SERVICES]
  expect(needed.filter((name) => !copied.includes(name))).toEqual([])
  expect(lines).toContain('USER hub')
  expect(lines.findIndex((line) => line.startsWith('USER'))).toBeLessThan(
    lines.findIndex((line) => line.startsWith('CMD')),
  )
  const images = lines.filter((line) => line.startsWith('FROM ')).map((line) => line.split(' ')[1] ?? '')
  expect(images.filter((image) => !/:[\w.-]*\d/.test(image))).toEqual([])
})

test('the Caddyfile is the one that the contract asks for (bun tests/compose/write-caddyfile.ts writes it)', () => {
  expect(caddyfile).toBe(writeCaddyfile())
})

test('the gateway leads every operation of the API to the service that answers it', () => {
  const table = readTable(caddyfile ?? '')
  const lost = ENDPOINTS.filter(({ method, path, service }) => {
    const ids = ['4bf92f3577b34da6a3ce929d0e0e4736', 'a.b-c:d%2Fe', 'x']
    return ids.some((id) => serviceOf(table, method, path.replaceAll(/:\w+/g, id)) !== service)
  })
  expect(lost.map(({ method, path }) => `${method} ${path}`)).toEqual([])
  expect(serviceOf(table, 'GET', '/api/v1/nothing')).toBe('query')
})

test('who a person is comes from the pages alone: the gateway takes it away from everybody else', () => {
  const site = (port: string) =>
    new RegExp(`^${port} \\{\\n((?:\\t.*\\n)*)\\}`, 'm').exec(caddyfile ?? '')?.[1] ?? ''
  expect(site(':8000')).toContain('request_header -x-hub-actor')
  expect(site(':8001')).not.toContain('x-hub-actor')
  for (const text of [dev, prod]) {
    const { services } = readCompose(text ?? '', secrets())
    expect(services['ui']?.environment?.['BACKEND_URL']).toBe('http://gateway:8001')
    expect(services['gateway']?.ports?.join(' ')).not.toContain('8001')
  }
})
