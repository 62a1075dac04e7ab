import type { Output } from '#shared/contract/endpoint.ts'
import type { listEvals } from '#shared/contract/evals.ts'
import { traceAt } from '../records/links.ts'
import type { Viewer } from '../viewer.ts'
import { elementId } from './element-id.ts'
import { Icon } from './icon.tsx'
import { score } from './quantity.ts'
import { Said } from './said.tsx'
import { Time } from './time.tsx'

type Listed = Output<typeof listEvals>['items'][number]
type At = { viewer: Viewer; one: Listed }

const SHORT = 8
const MOST_CHARACTERS = 300

const Passed = ({ viewer, passed }: { viewer: Viewer; passed: boolean }) => (
  <span class={`state ${passed ? 'state-success' : 'state-error'}`}>
    <Icon name={passed ? 'success' : 'error'} />
    {passed ? viewer.text.evals.passed : viewer.text.evals.failed}
  </span>
)

const Verdict = ({ viewer, one }: At) => (
  <>
    <Passed viewer={viewer} passed={one.passed} />
    {one.user_review_passed !== null && (
      <span class="sub">
        {viewer.text.evals.review}: <Passed viewer={viewer} passed={one.user_review_passed} />
      </span>
    )}
  </>
)

const short = (id: string) => (id.length > 2 * SHORT ? `${id.slice(0, SHORT)}…` : id)

const Of = ({ viewer, one }: At) => (
  <>
    <a href={`${traceAt(viewer, one.trace_id)}&view=evaluations`}>
      <Said>{one.trace_name ?? short(one.trace_id)}</Said>
    </a>
    {one.span_id !== null && (
      <span class="sub">
        <a class="quiet-link" href={`${traceAt(viewer, one.trace_id, one.span_id)}#pane`}>
          {viewer.text.evaluation.span} <Said>{short(one.span_id)}</Said>
        </a>
      </span>
    )}
  </>
)

const Explanation = ({ text }: { text: string | null }) =>
  text === null ? null : (
    <span class="preview" dir="auto">
      <Said>{text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text}</Said>
    </span>
  )

const Row = ({ viewer, one }: At) => {
  const { evals: text } = viewer.text
  return (
    <tr id={elementId('eval', one.id)} role="row">
      <td role="cell" class="cell-name" data-label={text.name}>
        <a href={viewer.keep('/evals', { eval_name: one.eval_name, cursor: null })}>
          <Said>{one.eval_name}</Said>
        </a>
        <span class="sub">
          {text.by} <Said>{one.eval_model}</Said>
        </span>
      </td>
      <td role="cell" data-label={text.verdict}>
        <Verdict viewer={viewer} one={one} />
      </td>
      <td role="cell" class="number" data-label={text.score}>
        {score(viewer, one.score)}
      </td>
      <td role="cell" data-label={text.label}>
        {one.label !== null && (
          <a class="pill" href={viewer.keep('/evals', { label: one.label, cursor: null })}>
            <Said>{one.label}</Said>
          </a>
        )}
      </td>
      <td role="cell" class="cell-preview" data-label={text.explanation}>
        <Explanation text={one.explanation} />
      </td>
      <td role="cell" class="cell-of" data-label={text.of}>
        <Of viewer={viewer} one={one} />
      </td>
      <td role="cell" data-label={text.when}>
        <Time viewer={viewer} at={one.created_at} relative={true} />
      </td>
    </tr>
  )
}

/** Evaluations as rows, each with what it is of. */
export const EvalTable = ({ viewer, evals }: { viewer: Viewer; evals: Listed[] }) => {
  const { evals: text } = viewer.text
  const names = [text.name, text.verdict, text.score, text.label, text.explanation, text.of, text.when]
  return (
    <div class="table-box" role="region" aria-label={text.list} tabindex={0}>
      <table class="projects records evals" role="table">
        <thead role="rowgroup">
          <tr role="row">
            {names.map((name) => (
              <th scope="col" role="columnheader" class={name === text.score ? 'number' : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {evals.map((one) => (
            <Row viewer={viewer} one={one} />
          ))}
        </tbody>
      </table>
    </div>
  )
}
