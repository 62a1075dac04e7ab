import type { Input, Output } from '#shared/contract/endpoint.ts'
import { listEvals } from '#shared/contract/evals.ts'
import { listTraces } from '#shared/contract/traces.ts'
import type { Asked, Fragment } from '../fragment.ts'
import { EvalTable } from '../parts/eval-table.tsx'
import { Live, intervalOf } from '../parts/live.tsx'
import { LiveBar } from '../parts/live-bar.tsx'
import { given } from '../records/choices.tsx'
import { orRefused, Refused, type Answer } from '../records/refused.tsx'
import { senderOf, Snippet, type Sender } from '../records/snippet.tsx'
import { Pager } from '../records/pager.tsx'
import type { Viewer } from '../viewer.ts'

type Listed = Output<typeof listEvals>

type Data = {
  answer: Answer<Listed>
  /** Only when the project has no evaluation at all: what one could be sent with, and for which trace. */
  bare: { sender: Sender; trace_id: string | null } | null
}

const PATH = '/fragments/evals'
const HOME = '/evals'
const NO_FILTER = { eval_name: null, passed: null, label: null, trace_id: null, cursor: null }
const VERDICTS: Record<string, boolean> = { yes: true, no: false }

function queryOf(viewer: Viewer): Input<typeof listEvals>['query'] {
  const texts = (['eval_name', 'label', 'trace_id', 'cursor'] as const).map((name) => [
    name,
    given(viewer, name),
  ])
  const verdict = given(viewer, 'passed') ?? ''
  return {
    ...Object.fromEntries(texts.filter(([, value]) => value !== undefined)),
    ...(Object.hasOwn(VERDICTS, verdict) && { passed: VERDICTS[verdict] === true }),
  }
}

/** An id that may stand in a command as it is; others could say more than an id in there. */
const isPlain = (id: string) => /^[\w-]+$/.test(id)

async function bareOf(asked: Asked): Promise<Data['bare']> {
  const project_id = asked.viewer.url.searchParams.get('project_id')
  const [sender, { items }] = await Promise.all([
    senderOf(asked),
    asked.ask(listTraces, { query: { page_size: 1 } }, project_id),
  ])
  return { sender, trace_id: items.find(({ id }) => isPlain(id))?.id ?? null }
}

async function load(asked: Asked): Promise<Data> {
  const { ask, viewer } = asked
  const project_id = viewer.url.searchParams.get('project_id')
  const answer = await orRefused(ask(listEvals, { query: queryOf(viewer) }, project_id))
  const filtered = Object.keys(NO_FILTER).some((name) => given(viewer, name) !== undefined)
  const is_bare = answer.found?.items.length === 0 && !filtered
  return { answer, bare: is_bare ? await bareOf(asked) : null }
}

const Empty = ({ asked, bare }: { asked: Asked; bare: NonNullable<Data['bare']> }) => {
  const { evals: text } = asked.viewer.text
  return (
    <section class="empty empty-records">
      <h2>{text.empty_title}</h2>
      <p>{text.empty}</p>
      <Snippet
        asked={asked}
        sender={bare.sender}
        path="/api/v1/evals"
        body={{
          trace_id: bare.trace_id ?? 'YOUR_TRACE_ID',
          eval_name: 'faithfulness',
          eval_model: 'gpt-4.1-mini',
          score: 0.92,
          passed: true,
          label: 'grounded',
          idempotency_key: 'faithfulness-1',
        }}
      />
      {bare.trace_id === null && <p class="hint">{text.needs_trace}</p>}
    </section>
  )
}

const NoMatch = ({ viewer, goes_on }: { viewer: Viewer; goes_on: boolean }) => {
  const { records, filter } = viewer.text
  return (
    <section class="empty">
      <h2>{goes_on ? records.goes_on : records.nothing}</h2>
      <a class="button" href={viewer.keep(HOME, NO_FILTER)}>
        {filter.clear}
      </a>
    </section>
  )
}

const Content = ({ asked, data: { answer, bare } }: { asked: Asked; data: Data }) => {
  const { viewer } = asked
  if (answer.found === null) {
    return <Refused viewer={viewer} message={answer.refused} clear={viewer.keep(HOME, NO_FILTER)} />
  }
  const { items, next_cursor } = answer.found
  if (bare) return <Empty asked={asked} bare={bare} />
  return (
    <>
      {items.length === 0 ? (
        <NoMatch viewer={viewer} goes_on={next_cursor !== null} />
      ) : (
        <EvalTable viewer={viewer} evals={items} />
      )}
      <Pager
        viewer={viewer}
        home={HOME}
        label={viewer.text.evals.list}
        next_cursor={next_cursor}
        by_time={true}
      />
    </>
  )
}

/** The evaluations of a project, newest first, as the filters in the URL want them. */
export const EvalList: Fragment<Data> = {
  path: PATH,
  load,
  visible: (data) => data,
  view: (data, asked, etag) => (
    <Live id="eval-list" path={PATH} viewer={asked.viewer} etag={etag} every={intervalOf(asked.viewer)}>
      <LiveBar viewer={asked.viewer} path={HOME} />
      <Content asked={asked} data={data} />
    </Live>
  ),
}
