import type { Static } from '@sinclair/typebox'
import type { Evaluation } from '#shared/contract/ingest.ts'
import type { Viewer } from '../viewer.ts'
import { Icon } from './icon.tsx'
import { JsonView } from './json-view.tsx'
import { score } from './quantity.ts'
import { Said } from './said.tsx'
import { Time } from './time.tsx'
import { elementId } from './element-id.ts'

type Verdict = Static<typeof Evaluation>

const Passed = ({ viewer, passed }: { viewer: Viewer; passed: boolean }) => {
  const { evaluation: text } = viewer.text
  return (
    <span class={`state ${passed ? 'state-success' : 'state-error'}`}>
      <Icon name={passed ? 'success' : 'error'} />
      {passed ? text.passed : text.failed}
    </span>
  )
}

const Card = ({ viewer, verdict }: { viewer: Viewer; verdict: Verdict }) => {
  const { evaluation: text } = viewer.text
  return (
    <li class="evaluation">
      <div class="evaluation-head">
        <strong>
          <Said>{verdict.eval_name}</Said>
        </strong>
        <span class="score">{score(viewer, verdict.score)}</span>
        <Passed viewer={viewer} passed={verdict.passed} />
        {verdict.label !== null && (
          <span class="pill">
            <Said>{verdict.label}</Said>
          </span>
        )}
      </div>
      <p class="sub">
        {text.model} <Said>{verdict.eval_model}</Said>
        {' · '}
        {verdict.span_id === null ? (
          text.whole_trace
        ) : (
          <>
            {text.span} <Said>{verdict.span_id}</Said>
          </>
        )}
        {' · '}
        <Time viewer={viewer} at={verdict.created_at} />
      </p>
      {verdict.user_review_passed !== null && (
        <p>
          {text.review}: {verdict.user_review_passed ? text.passed : text.failed}
        </p>
      )}
      {verdict.explanation !== null && (
        <p class="prose" dir="auto">
          <Said>{verdict.explanation}</Said>
        </p>
      )}
      {Object.keys(verdict.metadata).length > 0 && (
        <JsonView
          viewer={viewer}
          value={verdict.metadata}
          id={elementId('eval', verdict.id)}
          what={text.name}
        />
      )}
    </li>
  )
}

/** Scores and verdicts on a trace or on one of its spans. */
export const Evaluations = ({ viewer, evaluations }: { viewer: Viewer; evaluations: Verdict[] }) => (
  <ul class="evaluations">
    {evaluations.map((verdict) => (
      <Card viewer={viewer} verdict={verdict} />
    ))}
  </ul>
)
