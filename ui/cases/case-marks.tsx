import type { Case } from '#shared/contract/cases.ts'
import { Icon, type IconName } from '../parts/icon.tsx'
import { ago } from '../parts/time.tsx'
import type { Viewer } from '../viewer.ts'

type At = { viewer: Viewer; found: Pick<Case, 'severity' | 'status' | 'due_at' | 'overdue' | 'outcome'> }

const STATUS_ICONS = {
  open: 'escalate',
  acknowledged: 'running',
  resolved: 'success',
} as const satisfies Record<Case['status'], IconName>

/** How urgent a case is, as a word with its colour. */
export const SeverityMark = ({ viewer, found: { severity } }: At) => (
  <span class={`severity severity-${severity}`}>{viewer.text.cases.severities[severity]}</span>
)

/** Where a case stands: icon, word and colour together. */
export const StatusMark = ({ viewer, found: { status } }: At) => (
  <span class={`state case-${status}`}>
    <Icon name={STATUS_ICONS[status]} />
    {viewer.text.cases.statuses[status]}
  </span>
)

/** When a case is due, from now; once that has passed it says so. */
export const Due = ({ viewer, found: { due_at, overdue, outcome } }: At) => {
  const { cases: text } = viewer.text
  if (due_at === null) {
    return <span class="quiet">{outcome === null ? text.not_due : text.outcomes[outcome]}</span>
  }
  return (
    <span class="due">
      {overdue && (
        <span class="state state-error">
          <Icon name="warning" />
          {text.overdue}
        </span>
      )}
      <span data-ago={due_at} title={due_at} class={overdue ? 'sub' : undefined}>
        {ago(viewer.lang, viewer.now - Date.parse(due_at))}
      </span>
    </span>
  )
}
