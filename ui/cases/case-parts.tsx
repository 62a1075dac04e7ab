import type { Case, caseTraces } from '#shared/contract/cases.ts'
import type { getDecision } from '#shared/contract/decide.ts'
import type { Output } from '#shared/contract/endpoint.ts'
import type { getTrace } from '#shared/contract/traces.ts'
import { DecisionSummary } from '../decisions/decision-summary.tsx'
import { decisionAt } from '../decisions/links.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { Facts } from '../parts/facts.tsx'
import { Icon } from '../parts/icon.tsx'
import { Payload } from '../parts/payload.tsx'
import { count } from '../parts/quantity.ts'
import { Said } from '../parts/said.tsx'
import { Time } from '../parts/time.tsx'
import { traceAt } from '../records/links.ts'
import type { Viewer } from '../viewer.ts'
import { Due, SeverityMark, StatusMark } from './case-marks.tsx'

type At = { viewer: Viewer; found: Case }
export type Decided = Output<typeof getDecision>
export type Traced = Output<typeof getTrace>['trace']
type Linked = Output<typeof caseTraces>['items'][number]

const Group = ({ found }: { found: Case }) => (
  <>
    {Object.entries(found.group).map(([name, value]) => (
      <span class="group-value">
        <Said>{name}</Said>: <Said>{typeof value === 'string' ? value : JSON.stringify(value)}</Said>
      </span>
    ))}
  </>
)

const Id = ({ viewer, found }: At) => (
  <span class="id">
    <code>
      <Said>{found.id}</Said>
    </code>
    <CopyButton viewer={viewer} what={viewer.text.cases.id} text={found.id} />
  </span>
)

/** What a case is, in a few lines. */
export const CaseHead = ({ viewer, found }: At) => {
  const { cases: text } = viewer.text
  return (
    <header class="case-head">
      <div class="page-head">
        <h1>
          <Said>{found.reason_code}</Said>
        </h1>
        <SeverityMark viewer={viewer} found={found} />
        <StatusMark viewer={viewer} found={found} />
        {found.regression && <span class="pill pill-warn">{text.regression}</span>}
      </div>
      <Facts
        items={[
          [text.due, found.due_at === null ? null : <Due viewer={viewer} found={found} />],
          [
            text.outcome,
            found.status === 'resolved'
              ? found.outcome === null
                ? text.unlabelled
                : text.outcomes[found.outcome]
              : null,
          ],
          [text.assignee, found.assignee === null ? text.nobody : <Said>{found.assignee}</Said>],
          [text.times, count(viewer, found.occurrences)],
          [text.suppressed, found.suppressed > 0 ? count(viewer, found.suppressed) : null],
          [text.opened, <Time viewer={viewer} at={found.created_at} relative={true} />],
          [text.last_seen, <Time viewer={viewer} at={found.last_seen_at} relative={true} />],
          [text.rule, found.rule === null ? null : <Said>{found.rule}</Said>],
          [text.policy, found.policy_id === null ? null : <Said>{found.policy_name}</Said>],
          [text.group, Object.keys(found.group).length > 0 ? <Group found={found} /> : null],
          [text.id, <Id viewer={viewer} found={found} />],
        ]}
      />
    </header>
  )
}

/** The decision that opened the case, with its reasons. */
export const CaseDecision = ({ viewer, decided }: { viewer: Viewer; decided: Decided | null }) => {
  const { cases: text } = viewer.text
  if (decided === null) {
    return (
      <section aria-labelledby="why-title" class="case-part">
        <h2 id="why-title">{text.decision}</h2>
        <p class="hint">{text.decision_gone}</p>
      </section>
    )
  }
  return (
    <section aria-labelledby="why-title" class="case-part">
      <DecisionSummary
        viewer={viewer}
        decided={decided}
        heading={<h2 id="why-title">{text.decision}</h2>}
        at="case"
      />
    </section>
  )
}

/** The answer that it is about, as far as it is still in the record. */
export const CaseTrace = ({ viewer, found, trace }: At & { trace: Traced | null }) => {
  const { cases: text, trace: words } = viewer.text
  return (
    <section aria-labelledby="answer-title" class="case-part">
      <div class="page-head">
        <h2 id="answer-title">{text.trace}</h2>
        {trace !== null && (
          <a class="button small" href={traceAt(viewer, found.trace_id)}>
            <Icon name="page" />
            <Said>{trace.name ?? words.title}</Said>
          </a>
        )}
      </div>
      {trace === null ? (
        <p class="hint">
          {text.trace_expired}: <Said>{found.trace_id}</Said>. {text.expired_means}
        </p>
      ) : (
        <>
          <Payload viewer={viewer} id="trace-input" title={words.input} value={trace.input_text} />
          <Payload viewer={viewer} id="trace-output" title={words.output} value={trace.output_text} />
        </>
      )}
    </section>
  )
}

const SHORT = 8
const short = (id: string) => (id.length > 2 * SHORT ? `${id.slice(0, SHORT)}…` : id)

type LinkedProps = { viewer: Viewer; project_id: string | null; linked: Linked[] }

/** The decisions that fell into a case, each with its trace. */
export const LinkedTraces = ({ viewer, project_id, linked }: LinkedProps) => {
  const { cases: text, decisions, trace } = viewer.text
  return (
    <ul class="case-traces">
      {linked.map(({ trace_id, decision_id, at, expired, name, input_text }) => (
        <li>
          {expired ? (
            <span>
              <Said>{short(trace_id)}</Said> <span class="quiet">{text.trace_expired}</span>
            </span>
          ) : (
            <a href={traceAt(viewer, trace_id)}>
              <Said>{name ?? short(trace_id)}</Said>
              <span class="unseen">{trace.title}</span>
            </a>
          )}
          <a class="quiet-link" href={decisionAt(viewer, { id: decision_id, project_id: project_id ?? '' })}>
            {decisions.one}
          </a>
          <span class="quiet">
            <Time viewer={viewer} at={at} relative={true} />
          </span>
          {input_text !== null && (
            <span class="preview" dir="auto">
              <Said>{input_text}</Said>
            </span>
          )}
        </li>
      ))}
    </ul>
  )
}
