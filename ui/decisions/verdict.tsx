import type { Decision } from '#shared/contract/decide.ts'
import { Said } from '../parts/said.tsx'
import type { Viewer } from '../viewer.ts'
import { ActionMark } from './action-mark.tsx'
import { policyAt } from './links.ts'

/** The policy that decided, with its version; the built-in one has no page. */
export const DecidedBy = ({ viewer, decision }: { viewer: Viewer; decision: Decision }) => {
  const { decisions: text } = viewer.text
  const { id, name, version } = decision.policy
  if (id === null) return <>{text.builtin}</>
  return (
    <a href={policyAt(viewer, { id, project_id: decision.project_id }, version)}>
      <Said>{name}</Said>
      {version !== null && ` ${text.version(version)}`}
    </a>
  )
}

/** What decided: the rule that matched, the judge whose verdict stands, or the default. */
export const DecidedWith = ({ viewer, decision }: { viewer: Viewer; decision: Decision }) => {
  const { decisions: text } = viewer.text
  const { rule, judge } = decision
  if (rule === null && judge === null) return <>{text.by_default}</>
  return (
    <>
      {rule !== null ? text.by_rule : text.by_judge}{' '}
      <code>
        <Said>{rule ?? judge ?? ''}</Said>
      </code>
    </>
  )
}

/** A decision in two lines: what it is and why, and what the user is told. */
export const Verdict = ({ viewer, decision }: { viewer: Viewer; decision: Decision }) => (
  <div class="verdict">
    <p class="verdict-line">
      <ActionMark viewer={viewer} action={decision.action} />
      <strong>
        <Said>{decision.reason_code}</Said>
      </strong>
      <span class="quiet">
        <DecidedWith viewer={viewer} decision={decision} />
      </span>
    </p>
    {decision.message !== null && (
      <blockquote class="prose verdict-message" dir="auto">
        <Said>{decision.message}</Said>
      </blockquote>
    )}
  </div>
)
