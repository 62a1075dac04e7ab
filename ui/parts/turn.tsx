import type { Output } from '#shared/contract/endpoint.ts'
import type { getSession } from '#shared/contract/sessions.ts'
import { traceAt } from '../records/links.ts'
import type { Viewer } from '../viewer.ts'
import { elementId } from './element-id.ts'
import { Icon } from './icon.tsx'
import { cost, count, duration, tokens } from './quantity.ts'
import { Said, saidPieces } from './said.tsx'
import { State } from './state.tsx'
import { Time } from './time.tsx'

type Turn = Output<typeof getSession>['turns'][number]
type Props = { viewer: Viewer; turn: Turn }

/** Shorter pauses are part of the conversation. */
const GAP_MS = 5000
/** From here on a pause is one that somebody went away in. */
const LONG_GAP_MS = 1_800_000

const Gap = ({ viewer, turn: { gap_ms } }: Props) => {
  if (gap_ms === null || gap_ms < GAP_MS) return null
  return (
    <p class={gap_ms < LONG_GAP_MS ? 'turn-gap' : 'turn-gap is-long'}>
      <span>{viewer.text.sessions.later(duration(viewer, Math.round(gap_ms / 1000) * 1000))}</span>
    </p>
  )
}

type BubbleProps = {
  viewer: Viewer
  side: 'input' | 'output'
  text: string | null
  cut: boolean
  href: string
}

const Bubble = ({ viewer, side, text, cut, href }: BubbleProps) => {
  const { trace, sessions } = viewer.text
  const nothing = side === 'input' ? sessions.said_nothing : sessions.answered_nothing
  return (
    <div class={`turn-said turn-${side}`}>
      <h3>{side === 'input' ? trace.input : trace.output}</h3>
      {text === null ? (
        <p class="quiet">{nothing}</p>
      ) : (
        <div class="prose" dir="auto">
          {saidPieces(text)}
        </div>
      )}
      {cut && (
        <p class="hint">
          <a href={href}>{sessions.cut}</a>
        </p>
      )}
    </div>
  )
}

const Verdicts = ({ viewer, turn: { evals_passed, evals_failed, trace_id } }: Props) => {
  const { sessions: text } = viewer.text
  if (evals_passed + evals_failed === 0) return null
  const href = `${traceAt(viewer, trace_id)}&view=evaluations`
  return (
    <a class="turn-evals" href={href} title={text.evals}>
      {evals_passed > 0 && (
        <span class="state state-success">
          <Icon name="success" />
          {text.passed(count(viewer, evals_passed))}
        </span>
      )}
      {evals_failed > 0 && (
        <span class="state state-error">
          <Icon name="error" />
          {text.not_passed(count(viewer, evals_failed))}
        </span>
      )}
    </a>
  )
}

/** One trace as a turn of its session: what came in, what went out, and the pause before it. */
export const TurnView = ({ viewer, turn }: Props) => {
  const href = traceAt(viewer, turn.trace_id)
  return (
    <li class="turn" id={elementId('turn', turn.trace_id)}>
      <Gap viewer={viewer} turn={turn} />
      <article class="turn-card">
        <header class="turn-head">
          <State viewer={viewer} status={turn.status} stale={turn.stale} />
          <a class="turn-name" href={href}>
            <Said>{turn.name ?? viewer.text.list.unnamed}</Said>
          </a>
          <Time viewer={viewer} at={turn.start_time} />
          <span class="turn-figures">
            {turn.duration_ms !== null && <span>{duration(viewer, turn.duration_ms)}</span>}
            {turn.input_tokens + turn.output_tokens > 0 && (
              <span title={viewer.text.sessions.tokens}>
                {tokens(viewer, turn.input_tokens, turn.output_tokens)}
              </span>
            )}
            {turn.cost_usd !== null && <span>{cost(viewer, turn.cost_usd)}</span>}
            {turn.model !== null && <Said>{turn.model}</Said>}
          </span>
          <Verdicts viewer={viewer} turn={turn} />
        </header>
        <Bubble viewer={viewer} side="input" text={turn.input_text} cut={turn.input_cut} href={href} />
        <Bubble viewer={viewer} side="output" text={turn.output_text} cut={turn.output_cut} href={href} />
      </article>
    </li>
  )
}
