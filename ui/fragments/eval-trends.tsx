import type { Output } from '#shared/contract/endpoint.ts'
import { evalTrend } from '#shared/contract/evals.ts'
import { CallError } from '#shared/http/call.ts'
import type { Asked, Fragment } from '../fragment.ts'
import { intervalOf, Live } from '../parts/live.tsx'
import { PassDays } from '../parts/pass-days.tsx'
import { count, percent, score } from '../parts/quantity.ts'
import { Said } from '../parts/said.tsx'
import { given } from '../records/choices.tsx'
import type { Viewer } from '../viewer.ts'

type Trend = Output<typeof evalTrend>
type Name = Trend['names'][number]

const PATH = '/fragments/eval-trends'
const DAYS = 14
const LEAST_SECONDS = 15

/** Null when it could not be counted in time: the list below must not wait for it. */
async function load({ ask, viewer }: Asked): Promise<{ trend: Trend | null }> {
  try {
    const trend = await ask(
      evalTrend,
      { query: { last_days: DAYS } },
      viewer.url.searchParams.get('project_id'),
    )
    return { trend }
  } catch (error) {
    if (error instanceof CallError && error.code === 'query_timeout') return { trend: null }
    throw error
  }
}

const Card = ({ viewer, name }: { viewer: Viewer; name: Name }) => {
  const { evals: text } = viewer.text
  const n = (value: number) => count(viewer, value)
  const is_chosen = given(viewer, 'eval_name') === name.eval_name
  const passed = text.passed_of(n(name.passed), n(name.count))
  return (
    <li class={is_chosen ? 'trend is-chosen' : 'trend'}>
      <a
        href={viewer.keep('/evals', { eval_name: is_chosen ? null : name.eval_name, cursor: null })}
        aria-current={is_chosen ? 'true' : undefined}
      >
        <span class="trend-name">
          <Said>{name.eval_name}</Said>
        </span>
        <span class="trend-rate">{name.pass_rate === null ? '–' : percent(viewer, name.pass_rate)}</span>
        <PassDays viewer={viewer} days={name.days} label={`${text.trend}: ${passed}`} />
        <span class="sub">{passed}</span>
        {name.mean_score !== null && <span class="sub">{text.mean(score(viewer, name.mean_score))}</span>}
        {name.reviewed > 0 && (
          <span class="sub">{text.overturned(n(name.overturned), n(name.reviewed))}</span>
        )}
      </a>
    </li>
  )
}

const Cards = ({ viewer, trend }: { viewer: Viewer; trend: Trend }) => {
  const { evals: text } = viewer.text
  if (trend.names.length === 0) return null
  return (
    <section aria-labelledby="trends-title">
      <h2 class="trends-title" id="trends-title">
        {text.trend_window(String(DAYS))}
      </h2>
      <ul class="trends">
        {trend.names.map((name) => (
          <Card viewer={viewer} name={name} />
        ))}
      </ul>
      {trend.names_total > trend.names.length && (
        <p class="hint">
          {text.trend_cut(count(viewer, trend.names.length), count(viewer, trend.names_total))}
        </p>
      )}
    </section>
  )
}

/** How each evaluation went over the last days; a card narrows the list below to its name. */
export const EvalTrends: Fragment<{ trend: Trend | null }> = {
  path: PATH,
  load,
  visible: ({ trend }) => trend,
  view: ({ trend }, { viewer }, etag) => {
    const every = intervalOf(viewer)
    return (
      <Live
        id="eval-trends"
        path={PATH}
        viewer={viewer}
        etag={etag}
        every={every && Math.max(every, LEAST_SECONDS)}
      >
        {trend === null ? (
          <p class="hint">{viewer.text.evals.trend_failed}</p>
        ) : (
          <Cards viewer={viewer} trend={trend} />
        )}
      </Live>
    )
  },
}
