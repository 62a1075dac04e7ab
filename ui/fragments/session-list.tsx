import type { Output } from '#shared/contract/endpoint.ts'
import { listSessions } from '#shared/contract/sessions.ts'
import type { Asked, Fragment } from '../fragment.ts'
import { elementId } from '../parts/element-id.ts'
import { Live, intervalOf } from '../parts/live.tsx'
import { LiveBar } from '../parts/live-bar.tsx'
import { cost, count, duration, tokens } from '../parts/quantity.ts'
import { Said } from '../parts/said.tsx'
import { Time } from '../parts/time.tsx'
import { given, hoursOf } from '../records/choices.tsx'
import { sessionAt, sessionsOf } from '../records/links.ts'
import { orRefused, Refused, type Answer } from '../records/refused.tsx'
import { sampleTrace, senderOf, Snippet, type Sender } from '../records/snippet.tsx'
import { Pager } from '../records/pager.tsx'
import type { Viewer } from '../viewer.ts'

type Listed = Output<typeof listSessions>
type Session = Listed['items'][number]

type Data = {
  answer: Answer<Listed>
  /** Only when the project has no session at all. */
  bare: Sender | null
  tag: string
}

const PATH = '/fragments/sessions'
const HOME = '/sessions'
const PAGE_SIZE = 50
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
/** The window of the page when the URL names none. */
export const SESSION_HOURS = 168

function queryOf(viewer: Viewer) {
  const [user_id, cursor] = [given(viewer, 'user_id'), given(viewer, 'cursor')]
  // In whole minutes, so that polls ask the same and can share an answer.
  const now = viewer.now - (viewer.now % MINUTE_MS)
  const since = now - hoursOf(viewer, SESSION_HOURS) * HOUR_MS
  return {
    page_size: PAGE_SIZE,
    start_time: new Date(since).toISOString(),
    ...(user_id !== undefined && { user_id }),
    ...(cursor !== undefined && { cursor }),
  }
}

const projectOf = ({ url }: Viewer) => url.searchParams.get('project_id') ?? ''

async function load(asked: Asked, known: string | null): Promise<Data | null> {
  const { ask, viewer } = asked
  const project_id = projectOf(viewer)
  const since = ask.since(listSessions, { query: queryOf(viewer) }, project_id, known)
  const { found, refused } = await orRefused(since)
  if (refused !== null) return { answer: { found, refused }, bare: null, tag: `refused-${Bun.hash(refused)}` }
  if (found === null) return null
  const { answer: listed, tag } = found
  const answer = { found: listed, refused: null }
  const nothing = listed.items.length === 0 && listed.next_cursor === null
  if (!nothing || given(viewer, 'cursor') !== undefined) return { answer, bare: null, tag }
  const any = await ask(listSessions, { query: { page_size: 1 } }, project_id)
  return any.items.length > 0
    ? { answer, bare: null, tag }
    : { answer, bare: await senderOf(asked), tag: `bare-${tag}` }
}

const Name = ({ viewer, session }: { viewer: Viewer; session: Session }) => (
  <>
    <a class="row-link" href={sessionAt(viewer, session.id)}>
      <Said>{session.id}</Said>
    </a>
    {session.user_id !== null && (
      <span class="sub">
        <a class="quiet-link" href={sessionsOf(viewer, session.user_id)}>
          <Said>{session.user_id}</Said>
        </a>
      </span>
    )}
  </>
)

const Turns = ({ viewer, session }: { viewer: Viewer; session: Session }) => {
  const { sessions: text } = viewer.text
  const n = count(viewer, session.turns)
  return (
    <>
      {session.turns_capped ? text.more_turns(n) : n}
      {session.failed > 0 && (
        <span class="sub failed-spans">{text.failed(count(viewer, session.failed))}</span>
      )}
      {session.running > 0 && (
        <span class="sub state-running">{text.running(count(viewer, session.running))}</span>
      )}
    </>
  )
}

const Row = ({ viewer, session }: { viewer: Viewer; session: Session }) => {
  const { sessions: text } = viewer.text
  const whole = Date.parse(session.end_time ?? session.last_activity) - Date.parse(session.start_time)
  return (
    <tr id={elementId('session', session.id)} role="row">
      <td role="cell" class="cell-name" data-label={text.one}>
        <Name viewer={viewer} session={session} />
      </td>
      {[
        [text.first_input, session.first_input] as const,
        [text.last_output, session.last_output] as const,
      ].map(([name, said]) => (
        <td role="cell" class="cell-preview" data-label={name}>
          <span class="preview" dir="auto">
            {said !== null && <Said>{said}</Said>}
          </span>
        </td>
      ))}
      <td role="cell" class="number" data-label={text.turns}>
        <Turns viewer={viewer} session={session} />
      </td>
      <td role="cell" data-label={text.last}>
        <Time viewer={viewer} at={session.last_activity} relative={true} />
      </td>
      <td role="cell" class="number" data-label={text.span}>
        {duration(viewer, Math.max(0, whole))}
      </td>
      <td role="cell" class="number" data-label={text.p50}>
        {duration(viewer, session.p50_ms)}
      </td>
      <td role="cell" class="number" data-label={text.tokens}>
        {tokens(viewer, session.input_tokens, session.output_tokens)}
      </td>
      <td role="cell" class="number" data-label={text.cost}>
        {cost(viewer, session.cost_usd)}
      </td>
    </tr>
  )
}

const Table = ({ viewer, sessions }: { viewer: Viewer; sessions: Session[] }) => {
  const { sessions: text } = viewer.text
  const texts = [text.one, text.first_input, text.last_output]
  const figures = [text.span, text.p50, text.tokens, text.cost]
  return (
    <div class="table-box" role="region" aria-label={text.title} tabindex={0}>
      <table class="projects records sessions" role="table">
        <thead role="rowgroup">
          <tr role="row">
            {texts.map((name) => (
              <th scope="col" role="columnheader">
                {name}
              </th>
            ))}
            <th scope="col" role="columnheader" class="number">
              {text.turns}
            </th>
            <th scope="col" role="columnheader">
              {text.last}
            </th>
            {figures.map((name) => (
              <th scope="col" role="columnheader" class="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {sessions.map((session) => (
            <Row viewer={viewer} session={session} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

const Nothing = ({ asked, bare, goes_on }: { asked: Asked; bare: Sender | null; goes_on: boolean }) => {
  const { viewer } = asked
  const { sessions, records, filter } = viewer.text
  if (bare) {
    return (
      <section class="empty empty-records">
        <h2>{sessions.empty_title}</h2>
        <p>{sessions.empty}</p>
        <Snippet
          asked={asked}
          sender={bare}
          path="/api/v1/ingest/traces"
          body={sampleTrace(asked, { session_id: 'session-1', user_id: 'user-1' })}
        />
      </section>
    )
  }
  return (
    <section class="empty">
      <h2>{goes_on ? records.goes_on : records.nothing}</h2>
      {!goes_on && <p>{records.widen}</p>}
      <a class="button" href={viewer.keep(HOME, { user_id: null, hours: null, cursor: null })}>
        {filter.clear}
      </a>
    </section>
  )
}

const Content = ({ asked, data: { answer, bare } }: { asked: Asked; data: Data }) => {
  const { viewer } = asked
  const clear = viewer.keep(HOME, { user_id: null, hours: null, cursor: null })
  if (answer.found === null) return <Refused viewer={viewer} message={answer.refused} clear={clear} />
  const { items, next_cursor } = answer.found
  return (
    <>
      {items.length === 0 ? (
        <Nothing asked={asked} bare={bare} goes_on={next_cursor !== null} />
      ) : (
        <Table viewer={viewer} sessions={items} />
      )}
      <Pager
        viewer={viewer}
        home={HOME}
        label={viewer.text.sessions.title}
        next_cursor={next_cursor}
        by_time={true}
      />
    </>
  )
}

/** The sessions of a project, that of the newest turn first. */
export const SessionList: Fragment<Data> = {
  path: PATH,
  load,
  tag: ({ tag }) => tag,
  view: (data, asked, etag) => (
    <Live id="session-list" path={PATH} viewer={asked.viewer} etag={etag} every={intervalOf(asked.viewer)}>
      <LiveBar viewer={asked.viewer} path={HOME} />
      <Content asked={asked} data={data} />
    </Live>
  ),
}
