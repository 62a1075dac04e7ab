import type { Child } from 'hono/jsx'
import type { Output } from '#shared/contract/endpoint.ts'
import { getSpan, getTrace } from '#shared/contract/traces.ts'
import { CallError } from '#shared/http/call.ts'
import { idKey } from '#shared/ids.ts'
import type { Asked, Fragment } from '../fragment.ts'
import { Evaluations } from '../parts/evaluations.tsx'
import { boosted, intervalOf, Live } from '../parts/live.tsx'
import { LiveBar } from '../parts/live-bar.tsx'
import { Pane } from '../parts/pane.tsx'
import { count } from '../parts/quantity.ts'
import { tracePath, type WholeSpan } from '../parts/span-detail.tsx'
import { SpanTree } from '../parts/span-tree.tsx'
import { Timeline } from '../parts/timeline.tsx'
import { TraceHead } from '../parts/trace-head.tsx'
import { WindowNav, windowOf } from '../parts/windowed.tsx'
import type { Viewer } from '../viewer.ts'

type Data = Output<typeof getTrace>

const VIEWS = ['spans', 'timeline', 'evaluations'] as const
type View = (typeof VIEWS)[number]

const EVENTS = 200
const QUIET_MS = 30 * 60_000

const viewOf = ({ url }: Viewer): View =>
  VIEWS.find((view) => view === url.searchParams.get('view')) ?? 'spans'

const projectOf = ({ url }: Viewer) => url.searchParams.get('project_id') ?? ''

const load = ({ ask, viewer, params }: Asked): Promise<Data> =>
  ask(
    getTrace,
    {
      params: { trace_id: params['trace_id'] ?? '' },
      query: { spans: viewOf(viewer) === 'timeline' ? 'full' : 'tree' },
    },
    projectOf(viewer),
  )

/** The span that the URL selects; asked for only when the page has something new to show. */
async function loadSpan({ ask, viewer, params }: Asked): Promise<WholeSpan | 'gone' | null> {
  const span_id = viewer.url.searchParams.get('span')
  if (!span_id) return null
  try {
    return await ask(getSpan, { params: { trace_id: params['trace_id'] ?? '', span_id } }, projectOf(viewer))
  } catch (error) {
    if (error instanceof CallError && (error.status === 404 || error.status === 422)) return 'gone'
    throw error
  }
}

const Tabs = ({ viewer, path, data }: { viewer: Viewer; path: string; data: Data }) => {
  const { trace: text } = viewer.text
  const names: Record<View, string> = {
    spans: `${text.view_spans} ${count(viewer, data.trace.total_spans)}`,
    timeline: text.view_timeline,
    evaluations: `${text.view_evaluations} ${count(viewer, data.evaluations.length)}`,
  }
  return (
    <nav class="tabs" aria-label={text.views} {...boosted('trace-view')}>
      {VIEWS.map((view) => (
        <a
          href={viewer.keep(path, { view: view === 'spans' ? null : view, from: null })}
          aria-current={view === viewOf(viewer) ? 'page' : undefined}
        >
          {names[view]}
        </a>
      ))}
    </nav>
  )
}

type BodyProps = { viewer: Viewer; path: string; data: Data; selected: WholeSpan | 'gone' | null }

const EventList = ({ viewer, path, data }: BodyProps) => {
  const { trace: text } = viewer.text
  const names = new Map(data.spans.map(({ id, name }) => [idKey(id), name]))
  const window = windowOf(viewer, data.timeline, EVENTS)
  return (
    <>
      <WindowNav viewer={viewer} path={path} window={window} />
      {data.timeline_truncated && <p class="hint">{text.cut(count(viewer, data.timeline.length))}</p>}
      {data.timeline.length === 0 && <p class="empty">{text.no_events}</p>}
      <Timeline
        viewer={viewer}
        entries={window.items}
        from={window.from}
        start={data.trace.start_time}
        names={{
          of: (id) => names.get(idKey(id)) ?? null,
          href: (id) => viewer.keep(path, { view: null, from: null, span: id }),
        }}
      />
      <WindowNav viewer={viewer} path={path} window={window} />
    </>
  )
}

const Spans = ({ viewer, path, data, selected }: BodyProps) => (
  <div class="panes">
    <div class="tree-pane" {...boosted('trace-view')}>
      {data.spans_truncated && <p class="hint">{viewer.text.trace.cut(count(viewer, data.spans.length))}</p>}
      <SpanTree
        viewer={viewer}
        path={path}
        trace={data.trace}
        spans={data.spans}
        selected={selected === null || selected === 'gone' ? null : selected.span.id}
      />
    </div>
    <Pane viewer={viewer} path={path} trace={data.trace} selected={selected} />
  </div>
)

const Verdicts = ({ viewer, data: { evaluations } }: BodyProps) =>
  evaluations.length === 0 ? (
    <p class="empty">{viewer.text.trace.no_evaluations}</p>
  ) : (
    <Evaluations viewer={viewer} evaluations={evaluations} />
  )

const BODIES: Record<View, (props: BodyProps) => Child> = {
  spans: Spans,
  timeline: EventList,
  evaluations: Verdicts,
}

/** Spans may still end after their trace did, but not for ever. */
const isFinished = ({ status, has_open_spans, updated_at }: Data['trace'], now: number) =>
  status !== 'running' && (!has_open_spans || now - Date.parse(updated_at) > QUIET_MS)

/** One trace: what it is, its spans, its timeline. It asks for itself until the trace has come to its end. */
export const TraceView: Fragment<Data> = {
  path: '/fragments/traces/:trace_id',
  load,
  visible: ({ trace, evaluations }) => [trace.id, trace.version, trace.stale, evaluations.length],
  async view(data, asked, etag) {
    const { viewer } = asked
    const { trace } = data
    const path = tracePath(trace.id)
    const finished = isFinished(trace, viewer.now)
    const every = finished ? null : intervalOf(viewer)
    const Body = BODIES[viewOf(viewer)]
    const selected = viewOf(viewer) === 'spans' ? await loadSpan(asked) : null
    return (
      <Live id="trace-view" path={`/fragments${path}`} viewer={viewer} etag={etag} every={every}>
        <LiveBar viewer={viewer} path={path} finished={finished} />
        <TraceHead viewer={viewer} trace={trace} spans={data.spans} path={path} />
        <Tabs viewer={viewer} path={path} data={data} />
        <Body viewer={viewer} path={path} data={data} selected={selected} />
      </Live>
    )
  },
}
