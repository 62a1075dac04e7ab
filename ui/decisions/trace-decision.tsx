import { getDecision, listDecisions, type ListedDecision } from '#shared/contract/decide.ts'
import type { Output } from '#shared/contract/endpoint.ts'
import { CallError } from '#shared/http/call.ts'
import { CaseChip } from '../cases/case-chip.tsx'
import type { Asked } from '../fragment.ts'
import { Icon } from '../parts/icon.tsx'
import { count } from '../parts/quantity.ts'
import { Said } from '../parts/said.tsx'
import { Time } from '../parts/time.tsx'
import type { Viewer } from '../viewer.ts'
import { ActionMark } from './action-mark.tsx'
import { DecisionSummary } from './decision-summary.tsx'
import { decisionAt } from './links.ts'
import { DecidedBy } from './verdict.tsx'

const MOST_SHOWN = 10

type Explained = Output<typeof getDecision>

/** The latest decision on a trace with its reasons, and those before it. */
export type OnTrace = { latest: Explained; before: ListedDecision[]; goes_on: boolean }

/** Where the service that explains is away, the trace is shown all the same, with what is in the list. */
async function explained(asking: Promise<Explained>, decision: ListedDecision): Promise<Explained> {
  try {
    return await asking
  } catch (error) {
    if (!(error instanceof CallError) || error.status < 500) throw error
    return { decision, judge_runs: [], explain: null, unexplained: null, evidence_erased: false }
  }
}

/** What was decided on a trace; null where nothing was. */
export async function loadOnTrace(
  { ask }: Asked,
  { id, project_id }: { id: string; project_id: string },
): Promise<OnTrace | null> {
  const query = { trace_id: id, page_size: MOST_SHOWN }
  const { items, next_cursor } = await ask(listDecisions, { query }, project_id)
  const [first, ...before] = items
  if (!first) return null
  const latest = await explained(ask(getDecision, { params: { decision_id: first.id } }, project_id), first)
  return { latest, before, goes_on: next_cursor !== null }
}

const Before = ({ viewer, on }: { viewer: Viewer; on: OnTrace }) => {
  const { decisions: text } = viewer.text
  const { decision } = on.latest
  return (
    <details id="decisions-before">
      <summary>{text.before(count(viewer, on.before.length))}</summary>
      <ul class="decision-history">
        {on.before.map((one) => (
          <li>
            <ActionMark viewer={viewer} action={one.action} href={decisionAt(viewer, one)} />
            <Said>{one.reason_code}</Said>
            <span class="quiet">
              <DecidedBy viewer={viewer} decision={one} />
            </span>
            <Time viewer={viewer} at={one.created_at} />
          </li>
        ))}
      </ul>
      {on.goes_on && (
        <a
          href={viewer.to('/decisions', {
            project_id: decision.project_id,
            trace_id: decision.trace_id,
          })}
        >
          {text.all_of_trace}
        </a>
      )}
    </details>
  )
}

/** On the page of a trace: what was decided last and why, and what was decided before. */
export const TraceDecision = ({ viewer, on }: { viewer: Viewer; on: OnTrace }) => (
  <section class="trace-decision" aria-labelledby="decision-title">
    <DecisionSummary
      viewer={viewer}
      decided={on.latest}
      heading={
        <h2 id="decision-title">
          <Icon name="decision" />
          {viewer.text.decisions.one}
        </h2>
      }
      links={<CaseChip viewer={viewer} decision={on.latest.decision} />}
      at="trace"
    />
    {on.before.length > 0 && <Before viewer={viewer} on={on} />}
  </section>
)
