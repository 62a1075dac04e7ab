import type { ListedDecision } from '#shared/contract/decide.ts'
import { elementId } from '../parts/element-id.ts'
import { Icon } from '../parts/icon.tsx'
import { duration } from '../parts/quantity.ts'
import { Said } from '../parts/said.tsx'
import { Time } from '../parts/time.tsx'
import { traceAt } from '../records/links.ts'
import type { Viewer } from '../viewer.ts'
import { ActionMark } from './action-mark.tsx'
import { decisionAt } from './links.ts'
import { DecidedBy } from './verdict.tsx'

const SHORT = 8
const MICROS_IN_MS = 1000

type At = { viewer: Viewer; decision: ListedDecision }

const short = (id: string) => (id.length > 2 * SHORT ? `${id.slice(0, SHORT)}…` : id)

const narrowed = (viewer: Viewer, changes: Record<string, string>) =>
  viewer.keep('/decisions', { ...changes, cursor: null })

/** What decided; a rule leads to all that it decided. */
const With = ({ viewer, decision: { rule, judge } }: At) => {
  const { decisions: text } = viewer.text
  if (rule !== null) {
    return (
      <a class="quiet-link" href={narrowed(viewer, { rule })}>
        <Said>{rule}</Said>
      </a>
    )
  }
  if (judge === null) return <span class="quiet">{text.by_default_short}</span>
  return (
    <>
      {text.judge} <Said>{judge}</Said>
    </>
  )
}

const Reason = ({ viewer, decision: { reason_code } }: At) => (
  <a href={narrowed(viewer, { reason_code })}>
    <Said>{reason_code}</Said>
  </a>
)

const TraceOf = ({ viewer, decision: { trace_id, trace_expired } }: At) =>
  trace_expired ? (
    <>
      <Said>{short(trace_id)}</Said> <span class="sub">{viewer.text.decisions.trace_expired}</span>
    </>
  ) : (
    <a href={traceAt(viewer, trace_id)}>
      <Said>{short(trace_id)}</Said>
    </a>
  )

const Row = ({ viewer, decision }: At) => {
  const { decisions: text } = viewer.text
  return (
    <tr id={elementId('decision', decision.id)} role="row">
      <td role="cell" class="cell-action" data-label={text.action}>
        <ActionMark viewer={viewer} action={decision.action} href={decisionAt(viewer, decision)} />
        {decision.degraded && (
          <span class="sub state state-stale">
            <Icon name="warning" />
            {text.degraded.word}
          </span>
        )}
      </td>
      <td role="cell" class="cell-name" data-label={text.reason}>
        <Reason viewer={viewer} decision={decision} />
      </td>
      <td role="cell" data-label={text.rule}>
        <With viewer={viewer} decision={decision} />
      </td>
      <td role="cell" class="cell-of" data-label={text.policy}>
        <DecidedBy viewer={viewer} decision={decision} />
      </td>
      <td role="cell" class="cell-of" data-label={viewer.text.trace.title}>
        <TraceOf viewer={viewer} decision={decision} />
      </td>
      <td role="cell" class="number" data-label={text.latency}>
        {duration(viewer, decision.latency_us / MICROS_IN_MS)}
      </td>
      <td role="cell" data-label={text.when}>
        <Time viewer={viewer} at={decision.created_at} relative={true} />
      </td>
    </tr>
  )
}

/** Decisions as rows; on a narrow screen each stands as a card. */
export const DecisionTable = ({ viewer, decisions }: { viewer: Viewer; decisions: ListedDecision[] }) => {
  const { decisions: text, trace } = viewer.text
  const names = [text.action, text.reason, text.rule, text.policy, trace.title, text.latency, text.when]
  return (
    <div class="table-box" role="region" aria-label={text.title} tabindex={0}>
      <table class="projects records decided" role="table">
        <thead role="rowgroup">
          <tr role="row">
            {names.map((name) => (
              <th scope="col" role="columnheader" class={name === text.latency ? 'number' : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {decisions.map((decision) => (
            <Row viewer={viewer} decision={decision} />
          ))}
        </tbody>
      </table>
    </div>
  )
}
