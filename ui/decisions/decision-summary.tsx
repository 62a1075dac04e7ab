import type { Child } from 'hono/jsx'
import type { getDecision } from '#shared/contract/decide.ts'
import type { Output } from '#shared/contract/endpoint.ts'
import { Icon } from '../parts/icon.tsx'
import type { Viewer } from '../viewer.ts'
import { Degraded } from './degraded.tsx'
import { decisionAt } from './links.ts'
import { DecidedBy, Verdict } from './verdict.tsx'
import { Whole } from './whole.tsx'

type Props = {
  viewer: Viewer
  decided: Output<typeof getDecision>
  heading: Child
  /** Beside the link to the decision. */
  links?: Child
  at: 'trace' | 'case'
}

/** A decision in a line, and below it, folded, all of its reasons. */
export const DecisionSummary = ({ viewer, decided, heading, links, at }: Props) => {
  const { decisions: text } = viewer.text
  const { decision, judge_runs, explain, unexplained } = decided
  return (
    <>
      <div class="decision-bar">
        {heading}
        <Verdict viewer={viewer} decision={decision} />
        <span class="decision-links">
          <DecidedBy viewer={viewer} decision={decision} />
          {links}
          <a class="button small" href={decisionAt(viewer, decision)}>
            <Icon name="page" />
            {text.open}
          </a>
        </span>
      </div>
      {decision.degraded && <Degraded viewer={viewer} reasons={decision.degraded_reasons} />}
      <details id="decision-why">
        <summary data-key="d" aria-keyshortcuts="d">
          {text.why}
        </summary>
        <Whole
          viewer={viewer}
          decision={decision}
          judge_runs={judge_runs}
          explain={explain}
          unexplained={unexplained}
          at={at}
        />
      </details>
    </>
  )
}
