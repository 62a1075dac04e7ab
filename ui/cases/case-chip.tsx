import type { Decision } from '#shared/contract/decide.ts'
import { Icon } from '../parts/icon.tsx'
import type { Viewer } from '../viewer.ts'
import { caseAt } from './links.ts'

/** Leads from a decision to the case that it fell into, where it fell into one. */
export const CaseChip = ({ viewer, decision }: { viewer: Viewer; decision: Decision }) =>
  decision.case_id === null ? null : (
    <a class="chip" href={caseAt(viewer, { id: decision.case_id, project_id: decision.project_id })}>
      <Icon name="escalate" />
      {viewer.text.cases.one}
    </a>
  )
