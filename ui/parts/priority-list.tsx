import type { Output } from '#shared/contract/endpoint.ts'
import type { priorityQueue } from '#shared/contract/priority.ts'
import { slaOf, windowOf } from '../traces/window.ts'
import type { Viewer } from '../viewer.ts'
import { Icon } from './icon.tsx'
import { count, duration } from './quantity.ts'
import { plain, Said } from './said.tsx'
import { State } from './state.tsx'
import { Time } from './time.tsx'

export type Queue = Output<typeof priorityQueue>
type Risky = Queue['items'][number]
type At = { viewer: Viewer; item: Risky }

const SHORT = 8
const HIGH = 75
const RAISED = 45
const bandOf = (risk: number) => (risk >= HIGH ? 'high' : risk >= RAISED ? 'raised' : 'low')

const Risk = ({ viewer, item: { risk, terms } }: At) => {
  const { queue } = viewer.text
  const sum = terms.reduce((total, { points }) => total + points, 0)
  return (
    <span
      class={`risk risk-${bandOf(risk)}`}
      title={sum > risk ? queue.capped(count(viewer, sum)) : queue.risk_of(count(viewer, risk))}
    >
      <span class="unseen">{queue.risk} </span>
      {count(viewer, risk)}
    </span>
  )
}

/** What its risk is made of, and whether it took too long. */
const Why = ({ viewer, item: { terms, trace, over_sla } }: At) => {
  const { queue } = viewer.text
  return (
    <ul class="why" aria-label={queue.why}>
      {terms.map(({ term, points }) => (
        <li class={`why-${term}`} title={queue.means[term]}>
          {queue.terms[term]} <b>{`+${count(viewer, points)}`}</b>
        </li>
      ))}
      {over_sla && (
        <li class="why-sla" title={queue.sla_means(duration(viewer, slaOf(viewer)))}>
          {queue.sla(duration(viewer, trace.duration_ms))}
        </li>
      )}
    </ul>
  )
}

const Row = ({ viewer, item }: At) => {
  const { trace } = item
  const { id, project_id } = trace
  return (
    <li class="queue-row">
      <Risk viewer={viewer} item={item} />
      <div class="queue-what">
        <a class="row-link" href={viewer.to(`/traces/${encodeURIComponent(id)}`, { project_id })}>
          <Said>{trace.name ?? viewer.text.list.unnamed}</Said>
        </a>
        <span class="sub">
          <State viewer={viewer} status={trace.status} stale={trace.stale} />
          <span title={plain(id)}>
            <Said>{id.length > 2 * SHORT ? `${id.slice(0, SHORT)}…` : id}</Said>
          </span>
          <Time viewer={viewer} at={trace.start_time} relative={true} />
        </span>
      </div>
      <Why viewer={viewer} item={item} />
    </li>
  )
}

/** The traces of the window to look at first, and why each of them. */
export const PriorityList = ({ viewer, queue }: { viewer: Viewer; queue: Queue }) => {
  const { queue: text } = viewer.text
  const sla = duration(viewer, slaOf(viewer))
  const failed = viewer.keep('/', { status: 'error', range: windowOf(viewer), cursor: null })
  const has_failed = queue.items.some(({ terms }) => terms.some(({ term }) => term === 'error'))
  return (
    <section class="chart queue" id="queue" aria-labelledby="queue-title">
      <div class="chart-head">
        <h2 id="queue-title">{text.title}</h2>
        {queue.total > 0 && (
          <span class="hint">
            {text.shown(count(viewer, queue.items.length), count(viewer, queue.total))}{' '}
            {has_failed && <a href={failed}>{text.all_failed}</a>}
          </span>
        )}
      </div>
      {queue.items.length === 0 ? (
        <p class="chart-empty is-good">
          <Icon name="success" />
          {text.empty(sla)}
        </p>
      ) : (
        <ol class="queue-rows">
          {queue.items.map((item) => (
            <Row viewer={viewer} item={item} />
          ))}
        </ol>
      )}
      {queue.looked_at !== null && <p class="hint">{text.looked_at(count(viewer, queue.looked_at))}</p>}
    </section>
  )
}
