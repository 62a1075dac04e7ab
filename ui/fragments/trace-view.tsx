import type { Child } from 'hono/jsx'
import type { Output } from '#shared/contract/endpoint.ts'
import { getTrace } from '#shared/contract/traces.ts'
import { idKey } from '#shared/ids.ts'
import { loadOnTrace, TraceDecision, type OnTrace } from '../decisions/trace-decision.tsx'
import type { Asked, Fragment } from '../fragment.ts'
import { Evaluations } from '../parts/evaluations.tsx'
import { boosted, intervalOf, Live } from '../parts/live.tsx'
import { LiveBar } from '../parts/live-bar.tsx'
import { Pane } from '../parts/pane.tsx'
import { count } from '../parts/quantity.ts'
import { ReviewForm } from '../parts/review-form.tsx'
import { tracePath } from '../parts/span-detail.tsx'
import { SpanTree } from '../parts/span-tree.tsx'
import { Timeline } from '../parts/timeline.tsx'
import { TraceHead } from '../parts/trace-head.tsx'
import { TraceTabs } from '../parts/trace-tabs.tsx'
import { WindowNav, windowOf } from '../parts/windowed.tsx'
import type { Viewer } from '../viewer.ts'
import { loadWindow, projectIn } from './load-span.ts'

type Data = Output<typeof getTrace> & {
  tag: string
  window: Awaited<ReturnType<typeof loadWindow>> | null
  decided: OnTrace | null
}

const VIEWS = ['spans', 'timeline', 'evaluations'] as const
type View = (typeof VIEWS)[number]

const EVENTS = 100
const QUIET_MS = 30 * 60_000

const viewOf = ({ url }: Viewer): View =>
  VIEWS.find((view) => view === url.searchParams.get('view')) ?? 'spans'

async function load(asked: Asked, known: string | null): Promise<Data | null> {
  const { ask, viewer, params } = asked
  const view = viewOf(viewer)
  const found = await ask.since(
    getTrace,
    {
      params: { trace_id: params['trace_id'] ?? '' },
      query: { spans: view === 'timeline' ? 'full' : 'none' },
    },
    projectIn(viewer),
    known,
  )
  if (found === null) return null
  const { trace } = found.answer
  const [window, decided] = await Promise.all([
    view === 'spans' ? loadWindow(asked) : null,
    // The trace says by itself whether anything was decided on it.
    trace.decision === null ? null : loadOnTrace(asked, trace),
  ])
  return { ...found.answer, tag: found.tag, window, decided }
}

type BodyProps = { viewer: Viewer; path: string; data: Data }

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

const Spans = ({ viewer, path, data: { window, trace } }: BodyProps) => {
  if (window === null) return null
  const { tree, size, selected, resumptions } = window
  const id = selected === null || selected === 'gone' ? null : selected.span.id
  return (
    <div class="panes">
      <div class="tree-pane" {...boosted('trace-view')}>
        <SpanTree viewer={viewer} path={path} tree={tree} size={size} selected={id} />
      </div>
      <Pane {...{ viewer, path, trace, selected, resumptions, tree }} />
    </div>
  )
}

const Verdicts = ({ viewer, path, data: { evaluations, trace } }: BodyProps) => (
  <div class="verdicts">
    <ReviewForm viewer={viewer} path={path} trace={trace} />
    {evaluations.length === 0 ? (
      <p class="empty">{viewer.text.trace.no_evaluations}</p>
    ) : (
      <Evaluations viewer={viewer} evaluations={evaluations} />
    )}
  </div>
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
  tag: ({ tag }) => tag,
  view(data, { viewer }, etag) {
    const { trace, evaluations, window, decided } = data
    const path = tracePath(trace.id)
    const finished = isFinished(trace, viewer.now)
    const every = finished ? null : intervalOf(viewer)
    const view = viewOf(viewer)
    const Body = BODIES[view]
    return (
      <Live id="trace-view" path={`/fragments${path}`} viewer={viewer} etag={etag} every={every}>
        <LiveBar viewer={viewer} path={path} finished={finished} />
        <TraceHead
          viewer={viewer}
          trace={trace}
          path={path}
          next_failed={window?.tree.next_error ?? undefined}
        />
        {decided !== null && <TraceDecision viewer={viewer} on={decided} />}
        <TraceTabs
          viewer={viewer}
          path={path}
          spans={trace.total_spans}
          evaluations={evaluations.length}
          shown={view}
        />
        <Body viewer={viewer} path={path} data={data} />
      </Live>
    )
  },
}
