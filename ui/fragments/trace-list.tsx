import type { Output } from '#shared/contract/endpoint.ts'
import { listProjects } from '#shared/contract/projects.ts'
import { listTraces } from '#shared/contract/traces.ts'
import { CallError } from '#shared/http/call.ts'
import type { Asked, Fragment } from '../fragment.ts'
import { FirstTrace } from '../parts/first-trace.tsx'
import { intervalOf, Live } from '../parts/live.tsx'
import { count } from '../parts/quantity.ts'
import { Said } from '../parts/said.tsx'
import { TraceTable } from '../parts/trace-table.tsx'
import { defaultProject, type Project } from '../projects/default-project.ts'
import { conditionsOf } from '../query-bar/conditions.ts'
import { isNarrowed, listQuery, PAGE_SIZE, PAGE_SIZES, pageSizeOf, toList } from '../traces/filter.ts'
import { NoMatch, Refused, TooSlow, Unread } from '../traces/no-list.tsx'
import type { Viewer } from '../viewer.ts'

type Listed = Output<typeof listTraces>

type Data = { tag: string } & (
  | { kind: 'listed'; listed: Listed }
  /** The project has no trace at all. */
  | { kind: 'bare'; project: Project; is_default: boolean }
  /** Why the API would not list, in its words. */
  | { kind: 'refused'; message: string }
  | { kind: 'slow' }
  | { kind: 'unread' }
)

const PATH = '/fragments/traces'
/** In this header a poll says what is on the screen: the hub counts what is newer, so that no row jumps away. */
const SEEN = 'x-seen'
const CURSOR = /^[\w-]{22}$/

/** The tag of the API without its marks, so that it can stand inside another. */
const bareTag = (tag: string) => tag.replace(/^W\//, '').replaceAll('"', '')

function refusal(error: unknown): Data {
  if (!(error instanceof CallError)) throw error
  if (error.code === 'query_timeout') return { kind: 'slow', tag: 'slow' }
  if (error.status !== 422 && error.status !== 400) throw error
  return { kind: 'refused', message: error.message, tag: `refused-${Bun.hash(error.message)}` }
}

async function load({ ask, viewer, site, request }: Asked, known: string | null): Promise<Data | null> {
  if (conditionsOf(viewer).faults.length > 0) return { kind: 'unread', tag: 'unread' }
  const project_id = viewer.url.searchParams.get('project_id') ?? ''
  const seen = request.headers.get(SEEN) ?? ''
  const query = { ...listQuery(viewer), ...(CURSOR.test(seen) && { as_of: seen }) }
  let found
  try {
    found = await ask.since(listTraces, { query }, project_id, known)
  } catch (error) {
    return refusal(error)
  }
  if (found === null) return null
  const { answer: listed, tag } = found
  const is_bare =
    listed.items.length === 0 && !isNarrowed(viewer) && !viewer.url.searchParams.has('cursor') && seen === ''
  const projects = is_bare ? await ask(listProjects, {}) : []
  const project = projects.find(({ id }) => id === project_id.toLowerCase())
  if (!project) return { kind: 'listed', listed, tag: bareTag(tag) }
  const is_default = project === defaultProject(site.dev_key, projects)
  return { kind: 'bare', project, is_default, tag: `bare-${project.key_activated}` }
}

/** Leads to the newer traces: with the script only the list changes. */
const News = ({ viewer, newer }: { viewer: Viewer; newer: number }) => {
  const { list } = viewer.text
  const number = newer < 100 ? count(viewer, newer) : `${count(viewer, 99)}+`
  return (
    <a
      class="button small news"
      href={toList(viewer)}
      title={list.news_means}
      hx-get={viewer.keep(PATH, { cursor: null })}
      hx-target="#trace-list"
      hx-swap="outerMorph"
    >
      {list.news(number)}
    </a>
  )
}

/** A link to another page of the list; with the script only the list changes, and the address with it. */
const paged = (viewer: Viewer, cursor: string | null) => ({
  href: toList(viewer, { cursor }),
  'hx-get': viewer.keep(PATH, { cursor }),
  'hx-target': '#trace-list',
  'hx-swap': 'outerMorph show:#trace-list:top',
  'hx-push-url': viewer.keep('/', { cursor }),
})

const Pager = ({ viewer, listed }: { viewer: Viewer; listed: Listed }) => {
  const { list } = viewer.text
  const total = listed.total_capped ? list.capped(count(viewer, listed.total)) : count(viewer, listed.total)
  return (
    <nav class="pager" aria-label={list.title}>
      <span>{list.shown(count(viewer, listed.items.length), total)}</span>
      {viewer.url.searchParams.has('cursor') && (
        <a class="button small" {...paged(viewer, null)}>
          {list.newest}
        </a>
      )}
      {listed.next_cursor !== null && (
        <a class="button small" rel="next" {...paged(viewer, listed.next_cursor)}>
          {list.next}
        </a>
      )}
      <span class="segments page-sizes" role="group" aria-label={viewer.text.filter.page_size}>
        {PAGE_SIZES.map((size) => (
          <a
            href={toList(viewer, { page_size: size === PAGE_SIZE ? null : String(size) })}
            aria-current={size === pageSizeOf(viewer) ? 'true' : undefined}
          >
            {size}
          </a>
        ))}
      </span>
    </nav>
  )
}

/** Where the search looked, in words. */
function scopeText(viewer: Viewer, { search_scope, items, total }: Listed): string {
  const { filter } = viewer.text
  if (search_scope === 'full') return filter.searched_all
  return items.some(({ found }) => found) ? filter.searched_some(count(viewer, total)) : filter.searched
}

const Rows = ({ viewer, listed }: { viewer: Viewer; listed: Listed }) => {
  const { terms } = conditionsOf(viewer)
  const marks = terms.flatMap((term) => (term.kind === 'text' && !term.negated ? [term.text] : []))
  return (
    <>
      {listed.search_scope !== null && <p class="hint">{scopeText(viewer, listed)}</p>}
      {/* Always there, so that readers that speak hear of it when it fills. */}
      <div class="news-box" role="status">
        {listed.newer > 0 && <News viewer={viewer} newer={listed.newer} />}
      </div>
      {listed.items.length === 0 ? (
        <NoMatch viewer={viewer} />
      ) : (
        <>
          <TraceTable viewer={viewer} traces={listed.items} marks={marks} />
          <Pager viewer={viewer} listed={listed} />
        </>
      )}
    </>
  )
}

const Content = ({ asked, data }: { asked: Asked; data: Data }) => {
  const { viewer } = asked
  if (data.kind === 'listed') return <Rows viewer={viewer} listed={data.listed} />
  if (data.kind === 'bare')
    return <FirstTrace asked={asked} project={data.project} is_default={data.is_default} />
  if (data.kind === 'slow') return <TooSlow viewer={viewer} />
  if (data.kind === 'unread') return <Unread viewer={viewer} />
  return (
    <Refused viewer={viewer}>
      <Said>{data.message}</Said>
    </Refused>
  )
}

/** A project's traces, newest first, as the address wants them. */
export const TraceList: Fragment<Data> = {
  path: PATH,
  load,
  tag: ({ tag }) => tag,
  view: (data, asked, etag) => {
    const as_of = data.kind === 'listed' ? data.listed.as_of : null
    const at_top = !asked.viewer.url.searchParams.has('cursor')
    const headers: Record<string, string> = as_of !== null && at_top ? { 'X-Seen': as_of } : {}
    return (
      <Live
        {...{ id: 'trace-list', path: PATH, viewer: asked.viewer, etag, headers }}
        every={intervalOf(asked.viewer)}
      >
        <Content asked={asked} data={data} />
      </Live>
    )
  },
}
