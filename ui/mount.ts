import type { Elysia } from 'elysia'
import { answerError, requestId } from '#shared/http/answer-error.ts'
import { METRICS_PATH } from '#shared/metrics/answer-metrics.ts'
import { meterRequests } from '#shared/metrics/meter-requests.ts'
import { traceRequests } from '#shared/tracing/trace-requests.ts'
import type { Deps } from '#shared/service.ts'
import { isLonger, readForm } from './acts/read-form.ts'
import { redirect, unknownHere } from './answer.tsx'
import type { Ask } from './ask.ts'
import type { Asked, Site } from './fragment.ts'
import { foreignForm, notFound, problem, problemOf, tooLong, wrongMethod } from './pages/problem.tsx'
import type { Person } from './people/person.ts'
import { isSameOrigin } from './same-origin.ts'
import { isRightCsrf } from './sessions/csrf.ts'
import { isFragment, type Door, type Met } from './sessions/door.ts'
import { safeNext } from './sessions/next.ts'
import { viewerOf } from './viewer.ts'

/** One address of the UI and what it answers. */
export type Route = {
  method: 'GET' | 'POST'
  path: string
  answer: (asked: Asked) => Promise<Response>
  /** Answers also those who have not signed in. */
  is_public?: boolean
  /** Where a person is who sent this form, when that is not the page of projects. */
  form_at?: string
  /** Bytes that its form may have, where long texts are written in it. */
  form_bytes?: number
}

type House = Pick<Deps, 'clock' | 'log'> & { ask: (person: Person | null) => Ask; site: Site; door: Door }

/** Where a person is who sent a form: its own address answers no link. */
const FORMS_AT = '/projects'

const NOBODY: Met = { visit: { person: null, csrf: '', session_id: null }, cookie: null }

function failed({ log }: House, asked: Asked, error: unknown): Response {
  const page = problemOf(asked, error)
  if (page && page.status < 500) return page
  const { pathname } = asked.viewer.url
  const request_id = requestId(asked.request)
  const { method } = asked.request
  log.error('a page could not be shown', { request_id, method, path: pathname }, error)
  const { failed_title: title, failed: message } = asked.viewer.text.problem
  const response = page ?? problem(asked, { status: 500, title, message })
  response.headers.set('x-request-id', request_id)
  return response
}

const asking = (
  { ask, site, clock }: House,
  request: Request,
  { visit }: Met,
  params: Record<string, string> = {},
): Asked => ({
  request,
  params,
  viewer: viewerOf(request, clock(), visit),
  ask: ask(visit.person),
  site,
})

/** To the sign-in and back; a part of a page sends the whole page there. */
function toSignIn({ request, viewer }: Asked): Response {
  if (isFragment(request)) {
    const page = request.headers.get('hx-current-url') ?? ''
    const { pathname, search } = new URL(URL.canParse(page) ? page : 'http://here.invalid/projects')
    return unknownHere(viewer.to('/sign-in', { next: safeNext(pathname + search) }))
  }
  const next = request.method === 'GET' ? safeNext(viewer.url.pathname + viewer.url.search) : null
  return redirect(viewer.to('/sign-in', { next }))
}

async function answer(house: House, route: Route, asked: Asked): Promise<Response> {
  const { request, viewer, params } = asked
  // An address with a broken escape has a parameter without a value.
  if (Object.values(params).some((value) => !value)) return notFound(asked)
  if (house.door.signs_in && !viewer.person && !route.is_public) return toSignIn(asked)
  if (route.method === 'POST') {
    viewer.url.pathname = route.form_at ?? FORMS_AT
    if (!isSameOrigin(request)) return foreignForm(asked)
    if (isLonger(request, route.form_bytes)) return tooLong(asked)
    const form = await readForm(request, route.form_bytes)
    if (!isRightCsrf(form.get('csrf'), viewer.csrf)) return foreignForm(asked)
  }
  return route.answer(asked)
}

/** Meets a request, answers it, and gives a new browser its cookie with a whole page. */
async function receive(
  house: House,
  request: Request,
  params: Record<string, string>,
  show: (asked: Asked) => Promise<Response> | Response,
): Promise<Response> {
  let met = NOBODY
  try {
    met = await house.door.meet(request)
    const response = await show(asking(house, request, met, params))
    if (met.cookie !== null && request.method === 'GET' && !isFragment(request))
      response.headers.append('set-cookie', met.cookie)
    return response
  } catch (error) {
    return failed(house, asking(house, request, met, params), error)
  }
}

/** Puts the routes, the static files and the pages for what is not there on a router. */
export function mount(
  app: Elysia,
  house: House,
  routes: Route[],
  measure: (request: Request) => Promise<Response>,
): (request: Request) => Promise<Response> {
  app.get(METRICS_PATH, ({ request }) =>
    measure(request).catch((error: unknown) => answerError(house.log, request, requestId(request), error)),
  )
  for (const route of routes) {
    const meter = meterRequests(house.log, 'ui', route.method, route.path)
    const trace = traceRequests(house.log, 'ui', route.method, route.path)
    app.route(
      route.method,
      route.path,
      async ({ request, params }) => {
        const since = performance.now()
        const response = await trace(request, async () =>
          receive(house, request, params ?? {}, async (asked) => answer(house, route, asked)),
        )
        meter(response.status, since)
        return response
      },
      { parse: 'none' },
    )
  }
  app.get('/static/:hash/:name', ({ request, params: { hash, name } }) => {
    return house.site.assets.answer(hash, name) ?? receive(house, request, {}, notFound)
  })
  const known = (path: string) =>
    [...routes.map((route) => route.path), '/static/:hash/:name'].some((pattern) => fits(pattern, path))
  app.onError(({ code, error, request }) => {
    return receive(house, request, {}, (asked) => {
      if (code !== 'NOT_FOUND') return failed(house, asked, error)
      return known(asked.viewer.url.pathname) ? wrongMethod(asked) : notFound(asked)
    })
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
