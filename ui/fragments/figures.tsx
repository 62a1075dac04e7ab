import type { Child } from 'hono/jsx'
import type { Output } from '#shared/contract/endpoint.ts'
import { overview } from '#shared/contract/traces.ts'
import { CallError } from '#shared/http/call.ts'
import type { Asked, Fragment } from '../fragment.ts'
import { intervalOf, Live } from '../parts/live.tsx'
import { cost, count, percent } from '../parts/quantity.ts'
import { RANGES, rangeOf } from '../traces/filter.ts'
import type { Viewer } from '../viewer.ts'

type Overview = Output<typeof overview>

/** Null when they could not be counted in time: the list below must not wait for them. */
type Data = Overview | null

const PATH = '/fragments/figures'
const LEAST_SECONDS = 5
const DAY = 24

async function load({ ask, viewer }: Asked): Promise<Data> {
  const last_hours = RANGES[rangeOf(viewer)] ?? DAY
  try {
    return await ask(overview, { query: { last_hours } }, viewer.url.searchParams.get('project_id') ?? '')
  } catch (error) {
    if (error instanceof CallError && error.code === 'query_timeout') return null
    throw error
  }
}

type Figure = { name: string; value: string; note?: string; kind?: string; href?: string; title?: string }

const Tile = ({ figure: { name, value, note, kind = 'plain', href, title } }: { figure: Figure }) => {
  const content: Child = (
    <>
      <span class="figure-name">{name}</span>
      <span class="figure-value">{value}</span>
      <span class="figure-note">{note ?? ''}</span>
    </>
  )
  return (
    <li class={`figure figure-${kind}`} title={title}>
      {href === undefined ? content : <a href={href}>{content}</a>}
    </li>
  )
}

function figuresOf(viewer: Viewer, data: Overview): Figure[] {
  const { totals, input_tokens, output_tokens, cost_usd, window_hours } = data
  const { figures: text } = viewer.text
  const n = (value: number) => count(viewer, value)
  const share = (value: number) =>
    totals.total_traces === 0 ? {} : { note: text.share(percent(viewer, value / totals.total_traces)) }
  const range = Object.entries(RANGES).find(([, hours]) => hours === window_hours)?.[0] ?? null
  const only = (status: string) => viewer.keep('/', { status, range, cursor: null })
  return [
    {
      name: text.total,
      value: n(totals.total_traces),
      href: viewer.keep('/', { status: null, range, cursor: null }),
    },
    {
      name: text.open,
      value: n(totals.open_traces),
      kind: 'running',
      href: only('running'),
      ...share(totals.open_traces),
    },
    {
      name: text.success,
      value: n(totals.success_traces),
      kind: 'success',
      href: only('success'),
      ...share(totals.success_traces),
    },
    {
      name: text.error,
      value: n(totals.error_traces),
      kind: 'error',
      href: only('error'),
      ...share(totals.error_traces),
    },
    {
      name: text.stale,
      value: n(totals.stale_traces),
      kind: 'stale',
      href: only('stale'),
      note: text.of_open,
      title: viewer.text.stale_means,
    },
    {
      name: text.tokens,
      value: n(input_tokens + output_tokens),
      note: text.tokens_split(n(input_tokens), n(output_tokens)),
    },
    { name: text.cost, value: cost(viewer, cost_usd), note: 'USD', title: text.cost_means },
  ]
}

/** What happened in a window of time, over all traces of the project. */
export const Figures: Fragment<Data> = {
  path: PATH,
  load,
  visible: (data) => data && { ...data, sampled_at: null },
  view: (data, { viewer }, etag) => {
    const every = intervalOf(viewer)
    const { figures, hours } = viewer.text
    return (
      <Live
        id="figures"
        path={PATH}
        viewer={viewer}
        etag={etag}
        every={every && Math.max(every, LEAST_SECONDS)}
      >
        {data === null ? (
          <p class="hint">{figures.failed}</p>
        ) : (
          <section aria-labelledby="figures-title">
            <h2 class="figures-title" id="figures-title">
              {figures.title(hours[data.window_hours] ?? String(data.window_hours))}
            </h2>
            <ul class="figures">
              {figuresOf(viewer, data).map((figure) => (
                <Tile figure={figure} />
              ))}
            </ul>
          </section>
        )}
      </Live>
    )
  },
}
