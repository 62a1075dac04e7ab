import type { Decision, JudgeRun } from '#shared/contract/decide.ts'
import { elementId } from '../parts/element-id.ts'
import { Icon } from '../parts/icon.tsx'
import { JsonView } from '../parts/json-view.tsx'
import { cost, duration, percent, tokens } from '../parts/quantity.ts'
import { Said } from '../parts/said.tsx'
import type { Viewer } from '../viewer.ts'
import { ActionMark } from './action-mark.tsx'
import { judgeError } from './judge-error.ts'

const MICROS_IN_MS = 1000

const ErrorWord = ({ viewer, error }: { viewer: Viewer; error: string }) => (
  <span class="state state-error">
    <Icon name="error" />
    <Said>{judgeError(viewer, error)}</Said>
  </span>
)

const Run = ({ viewer, run }: { viewer: Viewer; run: JudgeRun }) => {
  const { decisions: text } = viewer.text
  const used = run.input_tokens !== null || run.output_tokens !== null
  return (
    <li class="judge-run">
      <div class="judge-head">
        <Icon name="judge" />
        <strong>
          <Said>{run.judge}</Said>
        </strong>
        {run.action !== null && <ActionMark viewer={viewer} action={run.action} />}
        {run.error !== null && <ErrorWord viewer={viewer} error={run.error} />}
        {run.cached && <span class="pill">{text.cached}</span>}
        <span class="judge-time">{duration(viewer, run.latency_us / MICROS_IN_MS)}</span>
      </div>
      <p class="sub">
        <Said>{[run.provider, run.model].filter((part) => part !== '').join(' · ')}</Said>
        {run.confidence !== null && ` · ${text.confidence} ${percent(viewer, run.confidence)}`}
        {run.reason_code !== null && (
          <>
            {' · '}
            <Said>{run.reason_code}</Said>
          </>
        )}
        {used && ` · ${viewer.text.list.tokens} ${tokens(viewer, run.input_tokens, run.output_tokens)}`}
        {run.cost_usd !== null && ` · ${cost(viewer, run.cost_usd)}`}
      </p>
      {run.output !== null && Object.keys(run.output).length > 0 && (
        <details>
          <summary>{text.judge_output}</summary>
          <JsonView viewer={viewer} value={run.output} id={elementId('judge', run.id)} what={run.judge} />
        </details>
      )}
    </li>
  )
}

/** The judges of a decision: what each said, how long it took, and which were not asked. */
export const JudgeRuns = ({
  viewer,
  runs,
  decision,
}: {
  viewer: Viewer
  runs: JudgeRun[]
  decision: Decision
}) => {
  const { decisions: text } = viewer.text
  if (runs.length === 0 && decision.judges_skipped.length === 0) return <p class="hint">{text.no_judges}</p>
  return (
    <ul class="judge-runs">
      {runs.map((run) => (
        <Run viewer={viewer} run={run} />
      ))}
      {decision.judges_skipped.map((judge) => (
        <li class="judge-run is-skipped">
          <div class="judge-head">
            <Icon name="same" />
            <strong>
              <Said>{judge.replace(/^judges\./, '')}</Said>
            </strong>
            <span class="quiet">{text.skipped}</span>
          </div>
        </li>
      ))}
    </ul>
  )
}
