import type { Explanation } from '#shared/contract/decide.ts'
import { Icon, type IconName } from '../parts/icon.tsx'
import { Said } from '../parts/said.tsx'
import { wordFor } from '../text/text.ts'
import type { Viewer } from '../viewer.ts'
import { showValue } from './show-value.ts'

type Rule = Explanation['rules'][number]
type Condition = Rule['conditions'][number]

const RESULTS: Record<string, IconName> = {
  matched: 'success',
  true: 'success',
  not_matched: 'close',
  false: 'close',
  not_reached: 'same',
  pending: 'running',
}

/** Rules of which more can be unfolded at first than one needs. */
const MOST_RULES = 40

const Tick = ({ viewer, result }: { viewer: Viewer; result: string }) => (
  <span class={`rung-tick is-${Object.hasOwn(RESULTS, result) ? result : 'pending'}`}>
    <Icon name={RESULTS[result] ?? 'same'} />
    <span class="unseen">{wordFor(viewer.text.decisions.ladder.results, result) ?? result}</span>
  </span>
)

const ConditionRow = ({ viewer, condition }: { viewer: Viewer; condition: Condition }) => (
  <li class="condition">
    <Tick viewer={viewer} result={condition.result} />
    <div>
      <code class="condition-text" dir="ltr">
        <Said>{condition.text}</Said>
      </code>
      {Object.entries(condition.values).map(([path, value]) => (
        <span class="condition-value">
          <code dir="ltr">
            <Said>{path}</Said>
          </code>{' '}
          = <strong>{showValue(viewer, value)}</strong>
        </span>
      ))}
    </div>
  </li>
)

const Rung = ({ viewer, rule }: { viewer: Viewer; rule: Rule }) => {
  const { ladder: text } = viewer.text.decisions
  return (
    <li class={`rung is-${Object.hasOwn(RESULTS, rule.result) ? rule.result : 'pending'}`}>
      <div class="rung-head">
        <Tick viewer={viewer} result={rule.result} />
        <strong>
          <Said>{rule.id}</Said>
        </strong>
        <span class="rung-result" aria-hidden="true">
          {wordFor(text.results, rule.result) ?? <Said>{rule.result}</Said>}
        </span>
      </div>
      {rule.conditions.length === 0 && rule.result !== 'not_reached' && (
        <p class="hint rung-body">{text.always}</p>
      )}
      {rule.conditions.length > 0 && (
        <ul class="rung-body">
          {rule.conditions.map((condition) => (
            <ConditionRow viewer={viewer} condition={condition} />
          ))}
        </ul>
      )}
      {rule.mismatches.map((mismatch) => (
        <p class="hint rung-body">
          {text.mismatch}: <Said>{mismatch}</Said>
        </p>
      ))}
    </li>
  )
}

type Props = {
  viewer: Viewer
  rules: Explanation['rules']
  /** What stands when no rule matched. */
  judge: string | null
  rule: string | null
}

/** The rules in the order they were tried, what each read and said, and what stands when none of them matched. */
export const Ladder = ({ viewer, rules, judge, rule }: Props) => {
  const { ladder: text } = viewer.text.decisions
  const shown = rules.slice(0, MOST_RULES)
  const rest = rules.slice(MOST_RULES)
  const rungs = (some: Rule[]) => some.map((one) => <Rung viewer={viewer} rule={one} />)
  return (
    <>
      {rules.length === 0 && <p class="hint">{text.no_rules}</p>}
      <ol class="ladder">
        {rungs(shown)}
        {rule === null && (
          <li class="rung is-matched">
            <div class="rung-head">
              <Tick viewer={viewer} result="matched" />
              <strong>{judge === null ? text.by_default : text.by_judge}</strong>
              {judge !== null && <Said>{judge}</Said>}
            </div>
          </li>
        )}
      </ol>
      {rest.length > 0 && (
        <details>
          <summary>{text.more(rest.length)}</summary>
          <ol class="ladder" start={MOST_RULES + 1}>
            {rungs(rest)}
          </ol>
        </details>
      )}
    </>
  )
}
