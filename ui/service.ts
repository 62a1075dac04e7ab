import { Elysia } from 'elysia'
import { DEV_KEY } from '#shared/config.ts'
import type { Fetch } from '#shared/http/call.ts'
import type { Deps } from '#shared/service.ts'
import { createProject } from './acts/create-project.tsx'
import { rotateKey } from './acts/rotate-key.tsx'
import { activate, deactivate } from './acts/set-active.ts'
import { showKey } from './acts/show-key.tsx'
import { askOf } from './ask.ts'
import { loadAssets } from './assets.ts'
import { poll, type Asked, type Fragment, type Site } from './fragment.ts'
import { Figures } from './fragments/figures.tsx'
import { TraceList } from './fragments/trace-list.tsx'
import { TraceView } from './fragments/trace-view.tsx'
import { closed } from './pages/closed.tsx'
import { dashboard } from './pages/dashboard.tsx'
import { nodePage } from './pages/node.tsx'
import { projectsPage } from './pages/projects.tsx'
import { tracePage } from './pages/trace.tsx'
import { mount, type Route } from './mount.ts'

const get = (path: string, answer: Route['answer']): Route => ({ method: 'GET', path, answer })
const post = (path: string, answer: Route['answer']): Route => ({ method: 'POST', path, answer })
const live = <Data>(fragment: Fragment<Data>): Route =>
  get(fragment.path, (asked: Asked) => poll(fragment, asked))

/** Every address of the UI. */
const ROUTES: Route[] = [
  get('/', dashboard),
  get('/projects', projectsPage),
  get('/traces/:trace_id', tracePage),
  get('/traces/:trace_id/nodes/:node_id', nodePage),
  live(TraceList),
  live(Figures),
  live(TraceView),
  post('/projects', createProject),
  post('/projects/:project_id/rotate-key', rotateKey),
  post('/projects/:project_id/current-key', showKey),
  post('/projects/:project_id/activate', activate),
  post('/projects/:project_id/deactivate', deactivate),
]

type UiDeps = Pick<Deps, 'config' | 'clock' | 'log'>

/** The pages, fragments and forms that people use; all they show they ask of the API at `base` through `fetch`. */
export async function ui(
  deps: UiDeps,
  { fetch, base }: { fetch: Fetch; base: string },
): Promise<{ name: 'ui'; fetch: (request: Request) => Promise<Response>; stop: () => Promise<void> }> {
  const stop = async () => {}
  if (deps.config.env === 'production') return { name: 'ui', fetch: async () => closed(), stop }
  const port = deps.config.api_port || new URL(base).port
  const site: Site = {
    assets: await loadAssets(),
    dev_key: deps.config.admin_key === DEV_KEY ? DEV_KEY : null,
    api: (hostname) => `http://${hostname}:${port}`,
  }
  const answer = mount(new Elysia(), { ...deps, ask: askOf(deps, fetch, base), site }, ROUTES)
  return { name: 'ui', fetch: answer, stop }
}
