import type { Output } from '#shared/contract/endpoint.ts'
import { getSession } from '#shared/contract/sessions.ts'
import type { Asked, Fragment } from '../fragment.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { Facts } from '../parts/facts.tsx'
import { intervalOf, Live } from '../parts/live.tsx'
import { LiveBar } from '../parts/live-bar.tsx'
import { cost, count, duration, tokens } from '../parts/quantity.ts'
import { Said } from '../parts/said.tsx'
import { Time } from '../parts/time.tsx'
import { TurnView } from '../parts/turn.tsx'
import { given } from '../records/choices.tsx'
import { sessionsOf, tracesOf } from '../records/links.ts'
import type { Viewer } from '../viewer.ts'

type Data = { found: Output<typeof getSession>; tag: string }
type Session = Data['found']['session']

const PATH = '/fragments/sessions/:session_id'

async function load({ ask, viewer, params }: Asked, known: string | null): Promise<Data | null> {
  const cursor = given(viewer, 'cursor')
  const fresh = await ask.since(
    getSession,
    {
      params: { session_id: params['session_id'] ?? '' },
      query: cursor === undefined ? {} : { cursor },
    },
    viewer.url.searchParams.get('project_id'),
    known,
  )
  return fresh && { found: fresh.answer, tag: fresh.tag }
}

function factsOf(viewer: Viewer, session: Session): Parameters<typeof Facts>[0]['items'] {
  const { sessions: text } = viewer.text
  const turns = count(viewer, session.turns)
  const whole = Date.parse(session.end_time ?? session.last_activity) - Date.parse(session.start_time)
  return [
    [
      text.user,
      session.user_id === null ? null : (
        <a href={sessionsOf(viewer, session.user_id)}>
          <Said>{session.user_id}</Said>
        </a>
      ),
    ],
    [text.turns, session.turns_capped ? text.more_turns(turns) : turns],
    [
      viewer.text.users.errors,
      session.failed > 0 ? <span class="failed-spans">{count(viewer, session.failed)}</span> : null,
    ],
    [text.started, <Time viewer={viewer} at={session.start_time} relative={true} />],
    [text.last, <Time viewer={viewer} at={session.last_activity} relative={true} />],
    [text.span, duration(viewer, Math.max(0, whole))],
    [text.busy, duration(viewer, session.busy_ms)],
    [text.p50, session.p50_ms === null ? null : duration(viewer, session.p50_ms)],
    [
      text.tokens,
      session.input_tokens + session.output_tokens > 0
        ? tokens(viewer, session.input_tokens, session.output_tokens)
        : null,
    ],
    [text.cost, session.cost_usd === null ? null : cost(viewer, session.cost_usd)],
  ]
}

const Head = ({ viewer, session }: { viewer: Viewer; session: Session }) => {
  const { sessions: text } = viewer.text
  return (
    <header class="trace-head">
      <div class="page-head">
        <h1>
          <Said>{session.id}</Said>
        </h1>
        <CopyButton viewer={viewer} what={text.one} text={session.id} />
        <a class="button small" href={tracesOf(viewer, { session_id: session.id })}>
          {text.as_traces}
        </a>
      </div>
      <Facts items={factsOf(viewer, session)} />
      {session.turns_capped && <p class="hint">{text.capped(count(viewer, session.turns))}</p>}
    </header>
  )
}

/** A session as a conversation: its newest turns in order, live. */
export const SessionView: Fragment<Data> = {
  path: PATH,
  load,
  tag: ({ tag }) => tag,
  view: ({ found: { session, turns, earlier_cursor } }, { viewer }, etag) => {
    const { sessions: text } = viewer.text
    const at = encodeURIComponent(session.id)
    const [home, path] = [`/sessions/${at}`, PATH.replace(':session_id', at)]
    return (
      <Live id="session" path={path} viewer={viewer} etag={etag} every={intervalOf(viewer)}>
        <Head viewer={viewer} session={session} />
        <LiveBar viewer={viewer} path={home} />
        <nav class="pager" aria-label={text.turns}>
          {earlier_cursor !== null && (
            <a class="button small" rel="prev" href={viewer.keep(home, { cursor: earlier_cursor })}>
              {text.earlier}
            </a>
          )}
          {given(viewer, 'cursor') !== undefined && (
            <a class="button small" href={viewer.keep(home, { cursor: null })}>
              {text.back}
            </a>
          )}
        </nav>
        <ol class="turns">
          {turns.map((turn) => (
            <TurnView viewer={viewer} turn={turn} />
          ))}
        </ol>
      </Live>
    )
  },
}
