import { Elysia } from 'elysia'
import { DEV_KEY } from '#shared/config.ts'
import type { Fetch } from '#shared/http/call.ts'
import { proxyList } from '#shared/http/remote.ts'
import { metricsAnswer } from '#shared/metrics/answer-metrics.ts'
import type { Deps } from '#shared/service.ts'
import { StartError } from '#shared/start-error.ts'
import { createProject } from './acts/create-project.tsx'
import { review } from './acts/review.tsx'
import { rotateKey } from './acts/rotate-key.tsx'
import { activate, deactivate } from './acts/set-active.ts'
import { showKey } from './acts/show-key.tsx'
import { askOf } from './ask.ts'
import { loadAssets } from './assets.ts'
import { caseRoutes } from './cases/routes.ts'
import { DecisionList } from './decisions/decision-list.tsx'
import { decisionPage, replay } from './decisions/decision-page.tsx'
import { decisionsPage } from './decisions/list-page.tsx'
import { poll, type Asked, type Fragment, type Site } from './fragment.ts'
import { EvalList } from './fragments/eval-list.tsx'
import { EvalTrends } from './fragments/eval-trends.tsx'
import { Figures } from './fragments/figures.tsx'
import { GraphView } from './fragments/graph-view.tsx'
import { LedgerView } from './fragments/ledger-view.tsx'
import { SessionList } from './fragments/session-list.tsx'
import { SessionView } from './fragments/session-view.tsx'
import { TraceList } from './fragments/trace-list.tsx'
import { TraceView } from './fragments/trace-view.tsx'
import { treeRows } from './fragments/tree-rows.tsx'
import { UserList } from './fragments/user-list.tsx'
import { auditPage } from './pages/audit.tsx'
import { dashboard } from './pages/dashboard.tsx'
import { evalsPage } from './pages/evals.tsx'
import { ledgerPage } from './pages/ledger.tsx'
import { nodePage } from './pages/node.tsx'
import { projectsPage } from './pages/projects.tsx'
import { sessionPage } from './pages/session.tsx'
import { sessionsPage } from './pages/sessions.tsx'
import { tracePage } from './pages/trace.tsx'
import { usersPage } from './pages/users.tsx'
import { attachment } from './traces/attachment.ts'
import { exportList } from './traces/export-list.ts'
import { mount, type Route } from './mount.ts'
import type { Hall } from './people/hall.ts'
import { openPasswords } from './people/passwords.ts'
import { peopleRoutes } from './people/routes.ts'
import { policyRoutes } from './policies/routes.ts'
import { guardedDoor, openDoor, type Door } from './sessions/door.ts'
import { notificationRoutes } from './subscriptions/routes.ts'
import { removeView, saveView } from './views/keep-view.ts'
import { openViews } from './views/views.ts'

const get = (path: string, answer: Route['answer']): Route => ({ method: 'GET', path, answer })
const post = (path: string, answer: Route['answer']): Route => ({ method: 'POST', path, answer })
const live = <Data>(fragment: Fragment<Data>): Route =>
  get(fragment.path, (asked: Asked) => poll(fragment, asked))

/** Every address of the UI. */
const ROUTES: Route[] = [
  get('/', dashboard),
  get('/projects', projectsPage),
  get('/audit', auditPage),
  get('/sessions', sessionsPage),
  get('/sessions/:session_id', sessionPage),
  get('/users', usersPage),
  get('/evals', evalsPage),
  get('/ledger', ledgerPage),
  get('/export', exportList),
  get('/decisions', decisionsPage),
  get('/decisions/:decision_id', decisionPage),
  get('/traces/:trace_id', tracePage),
  get('/traces/:trace_id/nodes/:node_id', nodePage),
  get('/traces/:trace_id/spans/:span_id/attachments/:attachment_id', attachment),
  live(TraceList),
  live(Figures),
  live(SessionList),
  live(SessionView),
  live(UserList),
  live(EvalTrends),
  live(EvalList),
  live(LedgerView),
  live(DecisionList),
  live(TraceView),
  live(GraphView),
  get('/fragments/traces/:trace_id/rows', treeRows),
  post('/traces/:trace_id/review', review),
  post('/decisions/:decision_id/replay', replay),
  post('/views', saveView),
  post('/views/:view_id/remove', removeView),
  post('/projects', createProject),
  post('/projects/:project_id/rotate-key', rotateKey),
  post('/projects/:project_id/current-key', showKey),
  post('/projects/:project_id/activate', activate),
  post('/projects/:project_id/deactivate', deactivate),
]

/** What the pages run on; only signing in needs a database. */
type UiDeps = Pick<Deps, 'config' | 'clock' | 'log' | 'cache'> & { database: Deps['database'] | null }

function doorOf(deps: UiDeps): { door: Door; routes: Route[] } {
  const { config, database } = deps
  const proxies = proxyList(config.proxies)
  if (config.env !== 'production') return { door: openDoor(config.secret_key, proxies), routes: [] }
  if (database === null) throw new StartError('DATABASE_URL is not set: people sign in with what is in there')
  const hall: Hall = { ...deps, database, proxies, passwords: openPasswords() }
  return { door: guardedDoor(hall, proxies), routes: peopleRoutes(hall) }
}

/** The running pages, and every address that they answer. */
type Pages = {
  name: 'ui'
  fetch: (request: Request) => Promise<Response>
  addresses: Pick<Route, 'method' | 'path' | 'is_public'>[]
  stop: () => Promise<void>
}

/** The pages, fragments and forms that people use; all they show they ask of the API at `base` through `fetch`. */
export async function ui(deps: UiDeps, { fetch, base }: { fetch: Fetch; base: string }): Promise<Pages> {
  const stop = async () => {}
  const port = deps.config.api_port || new URL(base).port
  const site: Site = {
    assets: await loadAssets(),
    dev_key: deps.config.admin_key === DEV_KEY ? DEV_KEY : null,
    views: deps.database && openViews({ ...deps, database: deps.database }),
    api: (hostname) => `http://${hostname}:${port}`,
  }
  const { door, routes } = doorOf(deps)
  const house = { ...deps, ask: askOf(deps, fetch, base), site, door }
  const all = [...ROUTES, ...policyRoutes, ...caseRoutes, ...notificationRoutes, ...routes]
  return { name: 'ui', fetch: mount(new Elysia(), house, all, metricsAnswer(deps)), addresses: all, stop }
}
