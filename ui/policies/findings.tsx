import type { Static } from '@sinclair/typebox'
import type { Output } from '#shared/contract/endpoint.ts'
import type { PolicyFinding, testPolicy } from '#shared/contract/policies.ts'
import { ActionMark } from '../decisions/action-mark.tsx'
import { Icon } from '../parts/icon.tsx'
import { Said } from '../parts/said.tsx'
import type { Viewer } from '../viewer.ts'

export type Finding = Static<typeof PolicyFinding>
type Tests = Output<typeof testPolicy>['tests']
/** What a check of a text came to; null tests are those of a text that cannot be run, or of no policy yet. */
export type Checked = { text: string; findings: Finding[]; tests: Tests | null }

const LONGEST = 120

/** The line that a finding is about with a mark below its column; a long line is cut around that. */
function excerptOf(text: string, { line, column }: Finding): string | null {
  const said = text.split('\n')[line - 1]
  if (said === undefined || said.trim() === '') return null
  const from = Math.max(0, column - 1 - LONGEST / 2)
  const shown = said.slice(from, from + LONGEST).replaceAll('\t', ' ')
  return `${shown}\n${' '.repeat(Math.max(0, column - 1 - from))}^`
}

const One = ({ viewer, text, finding }: { viewer: Viewer; text: string; finding: Finding }) => {
  const { policies } = viewer.text
  const is_error = finding.severity === 'error'
  const excerpt = excerptOf(text, finding)
  const place = `${finding.line}:${finding.column}`
  return (
    <li class={`finding finding-${finding.severity}`}>
      <p class="finding-head">
        <a href="#definition" data-line={finding.line} data-column={finding.column}>
          <span class="unseen">{policies.line_column} </span>
          {place}
        </a>
        <span class={`state ${is_error ? 'state-error' : 'state-stale'}`}>
          <Icon name={is_error ? 'error' : 'warning'} />
          {policies.severities[finding.severity]}
        </span>
        <strong>{policies.codes[finding.code]}</strong>
      </p>
      <p lang="en">
        <Said>{finding.message}</Said>
      </p>
      {excerpt !== null && (
        <pre class="finding-line" dir="ltr">
          <Said>{excerpt}</Said>
        </pre>
      )}
    </li>
  )
}

/** The tests of a policy with what each came to. */
export const TestList = ({ viewer, tests }: { viewer: Viewer; tests: Tests }) => {
  const { policies: text } = viewer.text
  return (
    <ul class="policy-tests">
      {tests.map(({ name, passed, got }) => (
        <li class={passed ? 'is-passed' : 'is-failed'}>
          <span class={`state ${passed ? 'state-success' : 'state-error'}`}>
            <Icon name={passed ? 'success' : 'error'} />
            {passed ? text.passed : text.failed}
          </span>
          <Said>{name}</Said>
          <span class="test-got">
            {got === null ? (
              <span class="quiet">{text.undecided}</span>
            ) : (
              <>
                <ActionMark viewer={viewer} action={got.action} />
                {got.rule !== null && (
                  <code>
                    <Said>{got.rule}</Said>
                  </code>
                )}
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  )
}

const Draft = ({ viewer, tests }: { viewer: Viewer; tests: Tests }) => {
  const { policies: text } = viewer.text
  const passed = tests.filter((one) => one.passed).length
  return (
    <>
      <h3>{text.tests_passed(String(passed), String(tests.length))}</h3>
      <TestList viewer={viewer} tests={tests} />
    </>
  )
}

/** What is to be said about a policy as it is written, place by place; readers that speak hear of news. */
export const Findings = ({ viewer, checked }: { viewer: Viewer; checked: Checked }) => {
  const { policies: text } = viewer.text
  const { findings, tests } = checked
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const look = errors > 0 ? 'error' : findings.length > 0 ? 'warning' : 'success'
  return (
    <section class={`findings is-${look}`} id="findings" aria-labelledby="findings-title">
      <h2 id="findings-title" role="status">
        <Icon name={look} />
        {findings.length === 0
          ? text.no_findings
          : text.found(String(errors), String(findings.length - errors))}
      </h2>
      <p class="lost" role="alert">
        {text.lost}
      </p>
      <ol>
        {findings.map((finding) => (
          <One viewer={viewer} text={checked.text} finding={finding} />
        ))}
      </ol>
      {tests !== null && tests.length > 0 && <Draft viewer={viewer} tests={tests} />}
    </section>
  )
}
