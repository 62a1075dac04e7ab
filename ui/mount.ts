import type { Elysia } from 'elysia'
import type { Deps } from '#shared/service.ts'
import type { Ask } from './ask.ts'
import type { Asked, Site } from './fragment.ts'
import { foreignForm, notFound, problem, problemOf, wrongMethod } from './pages/problem.tsx'
import { isSameOrigin } from './same-origin.ts'
import { viewerOf } from './viewer.ts'

/** One address of the UI and what it answers. */
export type Route = { method: 'GET' | 'POST'; path: string; answer: (asked: Asked) => Promise<Response> }

type House = Pick<Deps, 'clock' | 'log'> & { ask: Ask; site: Site }

/** Where a person is who sent a form: its own address answers no link. */
const FORMS_AT = '/projects'

function failed({ log }: House, asked: Asked, error: unknown): Response {
  const page = problemOf(asked, error)
  if (page && page.status < 500) return page
  const { pathname } = asked.viewer.url
  log.error('a page could not be shown', { method: asked.request.method, path: pathname }, error)
  const { failed_title: title, failed: message } = asked.viewer.text.problem
  return page ?? problem(asked, { status: 500, title, message })
}

const asking = ({ ask, site, clock }: House, request: Request, params: Record<string, string>): Asked => ({
  request,
  params,
  viewer: viewerOf(request, clock()),
  ask,
  site,
})

async function answer(house: House, route: Route, request: Request, params: Record<string, string>) {
  const asked = asking(house, request, params)
  // An address with a broken escape has a parameter without a value.
  if (Object.values(params).some((value) => !value)) return notFound(asked)
  if (route.method === 'POST') {
    asked.viewer.url.pathname = FORMS_AT
    if (!isSameOrigin(request)) return foreignForm(asked)
  }
  try {
    return await route.answer(asked)
  } catch (error) {
    return failed(house, asked, error)
  }
}

/** Puts the routes, the static files and the pages for what is not there on a router. */
export function mount(app: Elysia, house: House, routes: Route[]): (request: Request) => Promise<Response> {
  for (const route of routes) {
    app.route(
      route.method,
      route.path,
      ({ request, params }) => answer(house, route, request, params ?? {}),
      { parse: 'none' },
    )
  }
  app.get('/static/:hash/:name', ({ request, params: { hash, name } }) => {
    return house.site.assets.answer(hash, name) ?? notFound(asking(house, request, {}))
  })
  const known = (path: string) =>
    [...routes.map((route) => route.path), '/static/:hash/:name'].some((pattern) => fits(pattern, path))
  app.onError(({ code, error, request }) => {
    const asked = asking(house, request, {})
    if (code !== 'NOT_FOUND') return failed(house, asked, error)
    return known(asked.viewer.url.pathname) ? wrongMethod(asked) : notFound(asked)
  })
  return async (request) => {
    if (request.method !== 'HEAD') return app.handle(request)
    const { status, headers } = await app.handle(new Request(request.url, { headers: request.headers }))
    return new Response(null, { status, headers })
  }
}

function fits(pattern: string, path: string): boolean {
  const wanted = pattern.split('/')
  const parts = path.split('/')
  return (
    wanted.length === parts.length && wanted.every((part, at) => part.startsWith(':') || part === parts[at])
  )
}
