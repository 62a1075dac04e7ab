import { listDecisions } from '#shared/contract/decide.ts'
import type { Input, Output } from '#shared/contract/endpoint.ts'
import { isAction } from '#shared/policy/actions.ts'
import type { Asked, Fragment } from '../fragment.ts'
import { Live, intervalOf } from '../parts/live.tsx'
import { LiveBar } from '../parts/live-bar.tsx'
import { given, WINDOWS } from '../records/choices.tsx'
import { orRefused, Refused, type Answer } from '../records/refused.tsx'
import { senderOf, Snippet, type Sender } from '../records/snippet.tsx'
import { Pager } from '../records/pager.tsx'
import type { Viewer } from '../viewer.ts'
import { DecisionTable } from './decision-table.tsx'

type Listed = Output<typeof listDecisions>
/** A sender only where nothing was ever decided. */
type Data = { answer: Answer<Listed>; bare: Sender | null }

const PATH = '/fragments/decisions'
const HOME = '/decisions'
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const NO_FILTER = {
  ...{ action: null, rule: null, policy_id: null, policy_version: null, reason_code: null },
  ...{ degraded: null, trace_id: null, hours: null, cursor: null },
}

/** The window in the URL as the API is asked for it; it moves by whole minutes, so that a poll can find nothing new. */
function since(viewer: Viewer): string | undefined {
  const hours = WINDOWS.find((one) => String(one) === given(viewer, 'hours'))
  if (hours === undefined) return undefined
  return new Date(Math.floor((viewer.now - hours * HOUR_MS) / MINUTE_MS) * MINUTE_MS).toISOString()
}

function queryOf(viewer: Viewer): Input<typeof listDecisions>['query'] {
  const action = given(viewer, 'action')
  const version = Number(given(viewer, 'policy_version'))
  const degraded = given(viewer, 'degraded')
  const wanted = {
    action: isAction(action) ? action : undefined,
    rule: given(viewer, 'rule'),
    policy_id: given(viewer, 'policy_id'),
    policy_version: Number.isSafeInteger(version) && version > 0 ? version : undefined,
    reason_code: given(viewer, 'reason_code'),
    degraded: degraded === 'yes' ? true : degraded === 'no' ? false : undefined,
    trace_id: given(viewer, 'trace_id'),
    start_time: since(viewer),
    cursor: given(viewer, 'cursor'),
  }
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined))
}

async function load(asked: Asked): Promise<Data> {
  const { ask, viewer } = asked
  const project_id = viewer.url.searchParams.get('project_id')
  const answer = await orRefused(ask(listDecisions, { query: queryOf(viewer) }, project_id))
  const filtered = Object.keys(NO_FILTER).some((name) => given(viewer, name) !== undefined)
  return { answer, bare: answer.found?.items.length === 0 && !filtered ? await senderOf(asked) : null }
}

const Empty = ({ asked, bare }: { asked: Asked; bare: Sender }) => {
  const { decisions: text, empty } = asked.viewer.text
  return (
    <section class="empty empty-records">
      <h2>{text.empty_title}</h2>
      <p>{text.empty}</p>
      <Snippet
        asked={asked}
        sender={bare}
        path="/api/v1/decide"
        body={{
          idempotency_key: `decide-${crypto.randomUUID().slice(0, 8)}`,
          input: empty.question,
          output: empty.answer,
          contexts: [empty.answer],
        }}
      />
    </section>
  )
}

const Content = ({ asked, data: { answer, bare } }: { asked: Asked; data: Data }) => {
  const { viewer } = asked
  const { records, filter, decisions: text } = viewer.text
  const clear = viewer.keep(HOME, NO_FILTER)
  if (answer.found === null) return <Refused viewer={viewer} message={answer.refused} clear={clear} />
  if (bare) return <Empty asked={asked} bare={bare} />
  const { items, next_cursor } = answer.found
  return (
    <>
      {items.length === 0 ? (
        <section class="empty">
          <h2>{next_cursor === null ? records.nothing : records.goes_on}</h2>
          <a class="button" href={clear}>
            {filter.clear}
          </a>
        </section>
      ) : (
        <DecisionTable viewer={viewer} decisions={items} />
      )}
      <Pager viewer={viewer} home={HOME} label={text.title} next_cursor={next_cursor} by_time={true} />
    </>
  )
}

/** The decisions of a project, newest first, as the filters in the URL want them. */
export const DecisionList: Fragment<Data> = {
  path: PATH,
  load,
  visible: (data) => data,
  view: (data, asked, etag) => (
    <Live id="decision-list" path={PATH} viewer={asked.viewer} etag={etag} every={intervalOf(asked.viewer)}>
      <LiveBar viewer={asked.viewer} path={HOME} />
      <Content asked={asked} data={data} />
    </Live>
  ),
}
