import type { Decision, Explanation, JudgeRun, Unexplained } from '#shared/contract/decide.ts'
import { JsonView } from '../parts/json-view.tsx'
import type { Viewer } from '../viewer.ts'
import { FoundPlaces } from './found-places.tsx'
import { JudgeRuns } from './judge-runs.tsx'
import { Ladder } from './ladder.tsx'
import { Timings } from './timings.tsx'

type Props = {
  viewer: Viewer
  decision: Decision
  judge_runs: JudgeRun[]
  explain: Explanation | null
  /** Why there is no explanation, where the hub says so. */
  unexplained?: Unexplained | null
  /** Tells the parts of several decisions on one page apart. */
  at: string
}

/** Why a decision is what it is: rules, judges, signals and where they found something, timings. */
export const Whole = ({ viewer, decision, judge_runs, explain, unexplained = null, at }: Props) => {
  const { decisions: text } = viewer.text
  return (
    <>
      <section class="payload">
        <h3>{text.ladder.title}</h3>
        {explain === null ? (
          <p class="hint">{unexplained === null ? text.no_explanation : text.unexplained[unexplained]}</p>
        ) : (
          <Ladder viewer={viewer} rules={explain.rules} rule={decision.rule} judge={decision.judge} />
        )}
      </section>
      <section class="payload">
        <h3>{text.judges}</h3>
        <JudgeRuns viewer={viewer} runs={judge_runs} decision={decision} />
      </section>
      {Object.keys(decision.signals).length > 0 && (
        <section class="payload">
          <h3>{text.signals}</h3>
          <JsonView viewer={viewer} value={decision.signals} id={`signals-${at}`} what={text.signals} />
        </section>
      )}
      {explain !== null && Object.keys(explain.found).length > 0 && (
        <section class="payload">
          <h3>{text.found}</h3>
          <p class="hint">{text.found_means}</p>
          <FoundPlaces viewer={viewer} found={explain.found} />
        </section>
      )}
      {explain !== null && Object.keys(explain.timings_us).length > 0 && (
        <section class="payload">
          <h3>{text.timings}</h3>
          <Timings viewer={viewer} timings={explain.timings_us} />
        </section>
      )}
    </>
  )
}
