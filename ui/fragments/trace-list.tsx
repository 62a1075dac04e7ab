import { listProjects } from '#shared/contract/projects.ts'
import { listTraces } from '#shared/contract/traces.ts'
import type { Output } from '#shared/contract/endpoint.ts'
import { CallError } from '#shared/http/call.ts'
import type { Asked, Fragment } from '../fragment.ts'
import { Live, intervalOf } from '../parts/live.tsx'
import { LiveBar } from '../parts/live-bar.tsx'
import { FirstTrace } from '../parts/first-trace.tsx'
import { Notice } from '../parts/notice.tsx'
import { count } from '../parts/quantity.ts'
import { Said } from '../parts/said.tsx'
import { TraceTable } from '../parts/trace-table.tsx'
import { defaultProject, type Project } from '../projects/default-project.ts'
import { activeFilters, listQuery, without } from '../traces/filter.ts'
import type { Viewer } from '../viewer.ts'

type Listed = Output<typeof listTraces>

type Data = {
  listed: Listed | null
  /** Why the API would not list, in its words. */
  refused: string | null
  /** Only when the project has no trace at all. */
  bare: { project: Project; is_default: boolean } | null
}

const PATH = '/fragments/traces'

/** Refusals that a change of the filters mends; all others are not this list's to show. */
const mendable = (error: unknown): error is CallError =>
  error instanceof CallError &&
  (error.status === 422 || error.code === 'query_timeout' || error.status === 400)

async function load({ ask, viewer, site }: Asked): Promise<Data> {
  const project_id = viewer.url.searchParams.get('project_id') ?? ''
  try {
    const listed = await ask(listTraces, { query: listQuery(viewer) }, project_id)
    const nothing =
      listed.items.length === 0 &&
      activeFilters(viewer).length === 0 &&
      !viewer.url.searchParams.has('cursor')
    if (!nothing) return { listed, refused: null, bare: null }
    const projects = await ask(listProjects, {})
    const project = projects.find(({ id }) => id === project_id.toLowerCase())
    const is_default = project !== undefined && project === defaultProject(site.dev_key, projects)
    return { listed, refused: null, bare: project ? { project, is_default } : null }
  } catch (error) {
    if (!mendable(error)) throw error
    return { listed: null, refused: error.message, bare: null }
  }
}

const visible = ({ listed, refused, bare }: Data) => [
  listed?.items.map(({ id, version, stale }) => [id, version, stale]),
  listed?.total,
  listed?.next_cursor !== null,
  refused,
  bare?.project.key_activated,
]

const Pager = ({ viewer, listed }: { viewer: Viewer; listed: Listed }) => {
  const { text } = viewer
  const total = listed.total_capped
    ? text.list.capped(count(viewer, listed.total))
    : count(viewer, listed.total)
  return (
    <nav class="pager" aria-label={text.list.title}>
      <span>{text.list.shown(count(viewer, listed.items.length), total)}</span>
      {viewer.url.searchParams.has('cursor') && (
        <a class="button small" href={viewer.keep('/', { cursor: null })}>
          {text.list.newest}
        </a>
      )}
      {listed.next_cursor !== null && (
        <a class="button small" rel="next" href={viewer.keep('/', { cursor: listed.next_cursor })}>
          {text.list.next}
        </a>
      )}
    </nav>
  )
}

const NoMatch = ({ viewer }: { viewer: Viewer }) => {
  const { text } = viewer
  const older = viewer.url.searchParams.has('cursor')
  return (
    <section class="empty">
      <h2>{older ? text.list.no_older : text.list.no_match}</h2>
      {older ? null : <p>{text.list.no_match_next}</p>}
      <a class="button" href={older ? viewer.keep('/', { cursor: null }) : without(viewer)}>
        {older ? text.list.newest : text.filter.clear}
      </a>
    </section>
  )
}

const Content = ({ asked, data: { listed, refused, bare } }: { asked: Asked; data: Data }) => {
  const { viewer } = asked
  const { text } = viewer
  if (!listed) {
    return (
      <Notice kind="bad" title={text.problem.refused_title}>
        <p>
          <Said>{refused ?? ''}</Said>
        </p>
        <a href={without(viewer)}>{text.filter.clear}</a>
      </Notice>
    )
  }
  if (listed.items.length === 0) {
    return bare ? <FirstTrace asked={asked} {...bare} /> : <NoMatch viewer={viewer} />
  }
  return (
    <>
      {listed.search_scope !== null && (
        <p class="hint">
          {text.filter.searched}: <bdi lang="en">{listed.search_scope}</bdi>
        </p>
      )}
      <TraceTable viewer={viewer} traces={listed.items} />
      <Pager viewer={viewer} listed={listed} />
    </>
  )
}

/** A project's traces, newest first, as the filters in the URL want them. */
export const TraceList: Fragment<Data> = {
  path: PATH,
  load,
  visible,
  view: (data, asked, etag) => (
    <Live id="trace-list" path={PATH} viewer={asked.viewer} etag={etag} every={intervalOf(asked.viewer)}>
      <LiveBar viewer={asked.viewer} path="/" />
      <Content asked={asked} data={data} />
    </Live>
  ),
}
