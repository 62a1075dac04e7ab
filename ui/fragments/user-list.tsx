import type { Input, Output } from '#shared/contract/endpoint.ts'
import { listUsers, USER_ORDERS } from '#shared/contract/users.ts'
import type { Asked, Fragment } from '../fragment.ts'
import { elementId } from '../parts/element-id.ts'
import { Live, intervalOf } from '../parts/live.tsx'
import { LiveBar } from '../parts/live-bar.tsx'
import { cost, count, percent, tokens } from '../parts/quantity.ts'
import { Said } from '../parts/said.tsx'
import { Time } from '../parts/time.tsx'
import { given, hoursOf } from '../records/choices.tsx'
import { sessionsOf, tracesOf } from '../records/links.ts'
import { orRefused, Refused, type Answer } from '../records/refused.tsx'
import { sampleTrace, senderOf, Snippet, type Sender } from '../records/snippet.tsx'
import { Pager } from '../records/pager.tsx'
import type { Viewer } from '../viewer.ts'

type Listed = Output<typeof listUsers>
type User = Listed['items'][number]
/** A sender only where nothing was found although nothing was filtered. */
type Data = { answer: Answer<Listed>; bare: Sender | null }

const PATH = '/fragments/users'
const HOME = '/users'
/** One pass over all traces of the window answers a poll: not more often than this. */
const LEAST_SECONDS = 15
/** The window of the page when the URL names none. */
export const USER_HOURS = 168

const sortOf = (viewer: Viewer) => USER_ORDERS.find((order) => order === given(viewer, 'sort')) ?? 'last_seen'

function queryOf(viewer: Viewer): Input<typeof listUsers>['query'] {
  const [search, cursor] = [given(viewer, 'search'), given(viewer, 'cursor')]
  return {
    last_hours: hoursOf(viewer, USER_HOURS),
    sort: sortOf(viewer),
    ...(search !== undefined && { search }),
    ...(cursor !== undefined && { cursor }),
  }
}

async function load(asked: Asked): Promise<Data> {
  const { ask, viewer } = asked
  const project_id = viewer.url.searchParams.get('project_id')
  const answer = await orRefused(ask(listUsers, { query: queryOf(viewer) }, project_id))
  const filtered = given(viewer, 'search') !== undefined || given(viewer, 'cursor') !== undefined
  const bare = answer.found?.items.length === 0 && !filtered
  return { answer, bare: bare ? await senderOf(asked) : null }
}

const Name = ({ viewer, user }: { viewer: Viewer; user: User }) => (
  <a href={tracesOf(viewer, { user_id: user.id })}>
    <Said>{user.id}</Said>
  </a>
)

const Row = ({ viewer, user }: { viewer: Viewer; user: User }) => {
  const { users: text } = viewer.text
  return (
    <tr id={elementId('user', user.id)} role="row">
      <td role="cell" class="cell-name" data-label={text.one}>
        <Name viewer={viewer} user={user} />
      </td>
      <td role="cell" class="number" data-label={text.traces}>
        {count(viewer, user.traces)}
      </td>
      <td role="cell" class="number" data-label={text.errors}>
        {user.errors === 0 ? (
          count(viewer, 0)
        ) : (
          <a class="failed-spans" href={`${tracesOf(viewer, { user_id: user.id })}&status=error`}>
            {`${count(viewer, user.errors)} (${percent(viewer, user.errors / user.traces)})`}
          </a>
        )}
      </td>
      <td role="cell" class="number" data-label={text.tokens}>
        {tokens(viewer, user.input_tokens, user.output_tokens)}
      </td>
      <td role="cell" class="number" data-label={text.cost}>
        {cost(viewer, user.cost_usd)}
      </td>
      <td role="cell" data-label={text.first_seen}>
        <Time viewer={viewer} at={user.first_seen} />
      </td>
      <td role="cell" data-label={text.last_seen}>
        <Time viewer={viewer} at={user.last_seen} relative={true} />
      </td>
      <td role="cell" class="cell-acts">
        <a class="button small" href={sessionsOf(viewer, user.id)}>
          {text.sessions}
        </a>
      </td>
    </tr>
  )
}

const Table = ({ viewer, users }: { viewer: Viewer; users: User[] }) => {
  const { users: text } = viewer.text
  const sort = sortOf(viewer)
  const head = (order: (typeof USER_ORDERS)[number], name: string, kind?: string) => (
    <th scope="col" role="columnheader" class={kind} aria-sort={sort === order ? 'descending' : undefined}>
      <a href={viewer.keep(HOME, { sort: order === 'last_seen' ? null : order, cursor: null })}>{name}</a>
    </th>
  )
  return (
    <div class="table-box" role="region" aria-label={text.title} tabindex={0}>
      <table class="projects records users" role="table">
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">
              {text.one}
            </th>
            {head('traces', text.traces, 'number')}
            {head('errors', text.errors, 'number')}
            {head('tokens', text.tokens, 'number')}
            {head('cost', text.cost, 'number')}
            <th scope="col" role="columnheader">
              {text.first_seen}
            </th>
            {head('last_seen', text.last_seen)}
            <th scope="col" role="columnheader">
              <span class="unseen">{text.sessions}</span>
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {users.map((user) => (
            <Row viewer={viewer} user={user} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

const Nothing = ({ asked, bare, clear }: { asked: Asked; bare: Sender | null; clear: string }) => {
  const { users, records, filter } = asked.viewer.text
  if (bare === null) {
    return (
      <section class="empty">
        <h2>{records.nothing}</h2>
        <p>{records.widen}</p>
        <a class="button" href={clear}>
          {filter.clear}
        </a>
      </section>
    )
  }
  return (
    <section class="empty empty-records">
      <h2>{users.empty_title}</h2>
      <p>{users.empty}</p>
      <Snippet
        asked={asked}
        sender={bare}
        path="/api/v1/ingest/traces"
        body={sampleTrace(asked, { user_id: 'user-1', session_id: 'session-1' })}
      />
    </section>
  )
}

const Content = ({ asked, data: { answer, bare } }: { asked: Asked; data: Data }) => {
  const { viewer } = asked
  const clear = viewer.keep(HOME, { search: null, hours: null, sort: null, cursor: null })
  if (answer.found === null) return <Refused viewer={viewer} message={answer.refused} clear={clear} />
  const { items, next_cursor } = answer.found
  return (
    <>
      {items.length === 0 ? (
        <Nothing asked={asked} bare={bare} clear={clear} />
      ) : (
        <Table viewer={viewer} users={items} />
      )}
      <Pager
        viewer={viewer}
        home={HOME}
        label={viewer.text.users.title}
        next_cursor={next_cursor}
        by_time={false}
      />
    </>
  )
}

/** The users of a project and what they came to in the window. */
export const UserList: Fragment<Data> = {
  path: PATH,
  load,
  visible: (data) => data,
  view: (data, asked, etag) => {
    const every = intervalOf(asked.viewer)
    return (
      <Live
        id="user-list"
        path={PATH}
        viewer={asked.viewer}
        etag={etag}
        every={every && Math.max(every, LEAST_SECONDS)}
      >
        <LiveBar viewer={asked.viewer} path={HOME} />
        <Content asked={asked} data={data} />
      </Live>
    )
  },
}
