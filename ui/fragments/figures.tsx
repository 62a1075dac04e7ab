import type { Output } from '#shared/contract/endpoint.ts'
import { priorityQueue } from '#shared/contract/priority.ts'
import { series } from '#shared/contract/stats.ts'
import { CallError } from '#shared/http/call.ts'
import { AsTable } from '../charts/as-table.tsx'
import { Decisions } from '../charts/decisions.tsx'
import { Latency } from '../charts/latency.tsx'
import { Models } from '../charts/models.tsx'
import { StatusStrip } from '../charts/status-strip.tsx'
import { Tiles } from '../charts/tiles.tsx'
import type { Asked, Fragment } from '../fragment.ts'
import { intervalOf, Live } from '../parts/live.tsx'
import { LiveBar } from '../parts/live-bar.tsx'
import { Notice } from '../parts/notice.tsx'
import { PriorityList } from '../parts/priority-list.tsx'
import { Said } from '../parts/said.tsx'
import { Time } from '../parts/time.tsx'
import { slaOf, windowOf, windowQuery } from '../traces/window.ts'
import type { Viewer } from '../viewer.ts'

/** An answer, or why there is none: the rest of the page must not wait for what cannot be counted in time. */
type Answer<T> = { answer: T; refused: null } | { answer: null; refused: string | null }

type Data = { figures: Answer<Output<typeof series>>; queue: Answer<Output<typeof priorityQueue>> }

const PATH = '/fragments/figures'
const BUCKETS = 62
const QUEUED = 10

/** What a wrong window or a slow count is answered with: it concerns these figures alone. */
async function answerOf<T>(asking: Promise<T>): Promise<Answer<T>> {
  try {
    return { answer: await asking, refused: null }
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    if (error.code === 'query_timeout') return { answer: null, refused: null }
    if (error.status === 422 || error.status === 400) return { answer: null, refused: error.message }
    throw error
  }
}

async function load({ ask, viewer }: Asked): Promise<Data> {
  const project_id = viewer.url.searchParams.get('project_id') ?? ''
  const query = { ...windowQuery(viewer), sla_ms: slaOf(viewer) }
  const [figures, queue] = await Promise.all([
    answerOf(ask(series, { query: { ...query, buckets: BUCKETS } }, project_id)),
    answerOf(ask(priorityQueue, { query: { ...query, limit: QUEUED } }, project_id)),
  ])
  return { figures, queue }
}

/** The ends of a window that goes with the clock move with each question; that alone is no news. */
function visible({ figures: { answer, refused }, queue }: Data) {
  const still = <T extends object>(figures: T) => ({ ...figures, start_time: null, end_time: null })
  const width = (answer?.bucket_seconds ?? 1) * 1000
  return [
    refused,
    answer && {
      ...answer,
      totals: still(answer.totals),
      previous: still(answer.previous),
      buckets: answer.buckets.map((bucket) => [
        Math.floor(Date.parse(bucket.start_time) / width),
        still(bucket),
      ]),
    },
    queue.answer && {
      ...queue.answer,
      items: queue.answer.items.map(({ trace, risk, over_sla }) => [
        trace.id,
        trace.version,
        trace.stale,
        risk,
        over_sla,
      ]),
    },
  ]
}

const Title = ({ viewer, data }: { viewer: Viewer; data: Output<typeof series> | null }) => {
  const { window: text, filter } = viewer.text
  const window = windowOf(viewer)
  if (window !== null) {
    return (
      <p class="figures-title">
        {text.started} {filter.ranges[window].toLocaleLowerCase(viewer.lang)}{' '}
        <span class="quiet">{text.against[window]}</span>
      </p>
    )
  }
  return data === null ? null : (
    <p class="figures-title">
      {text.started} <Time viewer={viewer} at={data.totals.start_time} /> –{' '}
      <Time viewer={viewer} at={data.totals.end_time} /> <span class="quiet">{text.against_custom}</span>
    </p>
  )
}

const Refused = ({ viewer, refused }: { viewer: Viewer; refused: string | null }) => (
  <Notice kind="bad" title={viewer.text.figures.failed}>
    <p>{refused === null ? viewer.text.figures.narrow : <Said>{refused}</Said>}</p>
  </Notice>
)

const Charts = ({ viewer, data: { figures, queue } }: { viewer: Viewer; data: Data }) => {
  const { answer } = figures
  if (!answer) return <Refused viewer={viewer} refused={figures.refused} />
  return (
    <>
      <Tiles viewer={viewer} data={answer} />
      <StatusStrip viewer={viewer} data={answer} />
      <div class="charts">
        {queue.answer ? (
          <PriorityList viewer={viewer} queue={queue.answer} />
        ) : (
          <Refused viewer={viewer} refused={queue.refused} />
        )}
        <div class="charts-side">
          <Latency viewer={viewer} data={answer} />
          <Models viewer={viewer} data={answer} />
          <Decisions viewer={viewer} data={answer} />
        </div>
      </div>
      <AsTable viewer={viewer} data={answer} />
    </>
  )
}

/** The control room: what happened in a window of time, over all traces of the project. */
export const Figures: Fragment<Data> = {
  path: PATH,
  load,
  visible,
  view: (data, { viewer }, etag) => (
    <Live id="figures" path={PATH} viewer={viewer} etag={etag} every={intervalOf(viewer)}>
      <LiveBar viewer={viewer} path="/">
        <Title viewer={viewer} data={data.figures.answer} />
      </LiveBar>
      <section class="control-room" aria-label={viewer.text.window.title}>
        <Charts viewer={viewer} data={data} />
      </section>
    </Live>
  ),
}
