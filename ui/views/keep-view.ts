import { listProjects } from '#shared/contract/projects.ts'
import { isUuid } from '#shared/ids.ts'
import { readForm } from '../acts/read-form.ts'
import { redirect } from '../answer.tsx'
import type { Asked } from '../fragment.ts'
import { notFound, problem } from '../pages/problem.tsx'
import { roleIn } from '../people/person.ts'
import { PLAIN_NAMES } from '../query-bar/conditions.ts'
import type { SavedView, Views } from './views.ts'

const LONGEST_NAME = 80
const LONGEST_QUERY = 4096

/** What of an address a view keeps: which traces, and how they are shown, but not where in them somebody was. */
const KEPT = new Set<string>([
  ...['q', 'search', ...PLAIN_NAMES],
  ...['range', 'from', 'to', 'sla', 'page_size', 'cols'],
])

/** The part of an address that a view keeps. */
export const viewQuery = (params: URLSearchParams): string =>
  new URLSearchParams([...params].filter(([name, value]) => KEPT.has(name) && value !== '')).toString()

/** The views that the viewer has in the project of the address; null where there are none to have. */
export async function loadViews({ viewer, site }: Asked): Promise<SavedView[] | null> {
  const project_id = viewer.url.searchParams.get('project_id') ?? ''
  const { person } = viewer
  if (site.views === null || !isUuid(project_id) || roleIn(person, project_id) === null) return null
  return site.views.list({ person, project_id })
}

type Sent = { views: Views; project_id: string; role: string; form: URLSearchParams }

/** The project that a form names, for somebody who has it. */
async function sentTo({ viewer, request, site, ask }: Asked): Promise<Sent | null> {
  const form = await readForm(request)
  const project_id = form.get('project_id') ?? ''
  const role = isUuid(project_id) ? roleIn(viewer.person, project_id) : null
  if (site.views === null || role === null) return null
  const projects = await ask(listProjects, {})
  const is_known = projects.some(({ id }) => id === project_id.toLowerCase())
  return is_known ? { views: site.views, project_id, role, form } : null
}

const back = ({ viewer }: Asked, project_id: string, query: string) =>
  redirect(`${viewer.to('/', { project_id, ...Object.fromEntries(new URLSearchParams(query)) })}#filter`)

/** Keeps what the list shows under a name. */
export async function saveView(asked: Asked): Promise<Response> {
  const sent = await sentTo(asked)
  if (sent === null) return notFound(asked)
  const { views: text, problem: said } = asked.viewer.text
  const { views, project_id, role, form } = sent
  const name = (form.get('name') ?? '').normalize('NFC').trim()
  const query = viewQuery(new URLSearchParams(form.get('query') ?? ''))
  const next = { href: asked.viewer.to('/', { project_id }), name: text.back }
  const refuse = (message: string) =>
    problem(asked, { status: 422, title: said.refused_title, message, next })
  if (name === '' || name.length > LONGEST_NAME || name.includes('\0')) return refuse(text.name_missing)
  if (query.length > LONGEST_QUERY) return refuse(text.too_long)
  const is_shared = form.get('shared') === 'yes' && role !== 'viewer'
  const whose = { person: asked.viewer.person, project_id }
  const is_kept = await views.save(whose, { name, query, is_shared })
  return is_kept ? back(asked, project_id, query) : refuse(text.too_many)
}

/** Takes a view away. */
export async function removeView(asked: Asked): Promise<Response> {
  const sent = await sentTo(asked)
  const view_id = asked.params['view_id'] ?? ''
  if (sent === null || !isUuid(view_id)) return notFound(asked)
  const { views, project_id, role, form } = sent
  await views.remove({ person: asked.viewer.person, project_id }, view_id, role !== 'viewer')
  return back(asked, project_id, viewQuery(new URLSearchParams(form.get('query') ?? '')))
}
