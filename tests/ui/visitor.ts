import { migrate } from '#shared/store/migrate.ts'
import { noteAddress } from '#shared/http/remote.ts'
import { freshDatabase } from '#shared/testing/fresh-database.ts'
import { openUi } from './open-ui.ts'

/** Put together at run time, so that no scanner takes it for a real one. */
export const ADMIN_KEY = ['an admin', 'key of tests'].join(' ')
export const PASSWORD = ['correct', 'horse', '배터리'].join(' ')
const PROXY = '10.9.9.9'

type House = { fetch: (request: Request) => Promise<Response> }
type From = { address?: string; https?: boolean }

let places = 0

/** A browser with its cookies, somewhere of its own; by https it comes through the proxy that the hub knows. */
export function visitor({ fetch }: House, { address = `203.0.113.${++places}`, https = false }: From = {}) {
  const jar = new Map<string, string>()

  async function send(request: Request): Promise<Response> {
    noteAddress(request, https ? PROXY : address)
    if (https) {
      request.headers.set('x-forwarded-for', address)
      request.headers.set('x-forwarded-proto', 'https')
    }
    if (jar.size > 0)
      request.headers.set('cookie', [...jar].map(([name, token]) => `${name}=${token}`).join('; '))
    const response = await fetch(request)
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', token = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (token === '') jar.delete(name)
      else jar.set(name, token)
    }
    return response
  }

  const get = (path: string, headers: Record<string, string> = {}) =>
    send(new Request(`http://localhost${path}`, { headers }))
  const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    send(
      new Request(`http://localhost${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'sec-fetch-site': 'same-origin',
          ...headers,
        },
        body: new URLSearchParams(fields).toString(),
      }),
    )

  /** Looks at a page, and sends a form with what its forms bring along. */
  async function submit(page: string, path: string, fields: Record<string, string> = {}): Promise<Response> {
    const csrf = /name="csrf" value="([^"]+)"/.exec(await (await get(page)).text())?.[1] ?? ''
    return post(path, { csrf, ...fields })
  }

  return {
    jar,
    get,
    post,
    submit,
    page: async (path: string) => (await get(path)).text(),
    signIn: (email: string, password = PASSWORD, more: Record<string, string> = {}) =>
      submit('/sign-in', '/sign-in', { email, password, ...more }),
    /** Status and address of a page: where it leads, when it leads elsewhere. */
    async look(path: string) {
      const response = await get(path)
      return `${response.status} ${response.headers.get('location') ?? ''}`.trim()
    },
  }
}

export type Visitor = ReturnType<typeof visitor>

/** A hub in production over an empty database of its own, and who it has. */
export async function openGuarded() {
  const { url, database, drop } = await freshDatabase()
  await migrate(database)
  const hub = await openUi({ url, env: 'production', admin_key: ADMIN_KEY, proxies: [PROXY] })
  const first = { name: 'Ada', email: 'ada@example.test', password: PASSWORD, again: PASSWORD }

  const setUp = (browser: Visitor, more: Record<string, string> = {}) =>
    browser.submit('/sign-in', '/set-up', { admin_key: ADMIN_KEY, ...first, ...more })

  /** Adds a person as an administrator, and lets the person take the invitation in a browser of its own. */
  async function add(admin: Visitor, name: string, roles: Record<string, string> = {}) {
    const email = `${name.toLowerCase()}-${crypto.randomUUID().slice(0, 8)}@example.test`
    const html = await (await admin.submit('/people', '/people', { name, email })).text()
    const link = /<code id="invitation">[^<]*(\/invitation\/[\w-]+)/.exec(html)?.[1] ?? ''
    const [person] = await database.sql<{ person_id: string }[]>`
      select person_id from people where email = ${email}`
    const person_id = person?.person_id ?? ''
    for (const [project_id, role] of Object.entries(roles))
      await admin.submit('/people', `/people/${person_id}/role`, { project_id, role })
    const browser = visitor(hub)
    await browser.submit(link, link, { password: PASSWORD, again: PASSWORD })
    return { email, person_id, link, browser }
  }

  return {
    ...hub,
    sql: database.sql,
    first,
    setUp,
    add,
    /** What the audit has of these actions, oldest first. */
    audited: (action: string) =>
      database.sql<{ actor: string; subject: string; detail: Record<string, unknown> }[]>`
        select actor, subject, detail from audit where action = ${action} order by at, audit_id`,
    async stop() {
      await hub.stop()
      await drop()
    },
  }
}
