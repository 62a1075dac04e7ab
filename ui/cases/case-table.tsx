import type { Case } from '#shared/contract/cases.ts'
import { elementId } from '../parts/element-id.ts'
import { count } from '../parts/quantity.ts'
import { plain, Said } from '../parts/said.tsx'
import { Time } from '../parts/time.tsx'
import type { Viewer } from '../viewer.ts'
import { Due, SeverityMark, StatusMark } from './case-marks.tsx'
import { caseAt } from './links.ts'

/** The form that acts on what is selected; it stands outside of the list, which is painted again and again. */
export const BULK_FORM = 'bulk'

type At = { viewer: Viewer; found: Case }

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : value === null ? '–' : JSON.stringify(value)

/** What a rule groups by besides itself. */
const Group = ({ found: { group } }: { found: Case }) => {
  const values = Object.entries(group)
  if (values.length === 0) return null
  return (
    <span class="sub">
      {values.map(([name, value]) => (
        <span class="group-value">
          <Said>{name}</Said>: <Said>{shown(value)}</Said>
        </span>
      ))}
    </span>
  )
}

const Name = ({ viewer, found }: At) => {
  const { cases: text } = viewer.text
  return (
    <>
      <a href={caseAt(viewer, found)}>
        <Said>{found.reason_code}</Said>
      </a>
      {found.regression && <span class="pill pill-warn">{text.regression}</span>}
      {found.rule !== null && (
        <span class="sub">
          {text.rule} <Said>{found.rule}</Said>
        </span>
      )}
      <Group found={found} />
      {found.trace_expired && <span class="sub quiet">{text.trace_expired}</span>}
    </>
  )
}

const Row = ({ viewer, found, can_act }: At & { can_act: boolean }) => {
  const { cases: text } = viewer.text
  return (
    <tr
      id={elementId('case', found.id)}
      role="row"
      data-case={found.id}
      class={found.overdue ? 'is-late' : ''}
    >
      {can_act && (
        <td role="cell" class="cell-pick">
          <label class="pick">
            <input
              type="checkbox"
              name="id"
              value={found.id}
              form={BULK_FORM}
              aria-label={text.pick(plain(found.reason_code))}
            />
          </label>
        </td>
      )}
      <td role="cell" data-label={text.severity}>
        <SeverityMark viewer={viewer} found={found} />
      </td>
      <td role="cell" class="cell-name" data-label={text.one}>
        <Name viewer={viewer} found={found} />
      </td>
      <td role="cell" data-label={text.status}>
        <StatusMark viewer={viewer} found={found} />
      </td>
      <td role="cell" data-label={found.due_at === null ? text.outcome : text.due}>
        <Due viewer={viewer} found={found} />
      </td>
      <td role="cell" class="number" data-label={text.times}>
        {count(viewer, found.occurrences)}
      </td>
      <td role="cell" class="cell-of" data-label={text.assignee}>
        {found.assignee === null ? (
          <span class="quiet">{text.nobody}</span>
        ) : (
          <a href={viewer.keep('/cases', { assignee: found.assignee, cursor: null, acted: null })}>
            <Said>{found.assignee}</Said>
          </a>
        )}
      </td>
      <td role="cell" data-label={text.opened}>
        <Time viewer={viewer} at={found.created_at} relative={true} />
      </td>
    </tr>
  )
}

/** Cases as rows, each to be selected by who may act; on a narrow screen each stands as a card. */
export const CaseTable = ({
  viewer,
  cases,
  can_act,
}: {
  viewer: Viewer
  cases: Case[]
  can_act: boolean
}) => {
  const { cases: text } = viewer.text
  const names = [text.severity, text.one, text.status, text.due, text.times, text.assignee, text.opened]
  return (
    <div class="table-box" role="region" aria-label={text.list} tabindex={0}>
      <table class="projects records cases" role="table">
        <thead role="rowgroup">
          <tr role="row">
            {can_act && (
              <th scope="col" role="columnheader" class="cell-pick">
                <label class="pick pick-all">
                  <input type="checkbox" data-pick-all="" aria-label={text.pick_all} />
                </label>
              </th>
            )}
            {names.map((name) => (
              <th
                scope="col"
                role="columnheader"
                class={name === text.times ? 'number' : undefined}
                title={name === text.times ? text.times_means : undefined}
              >
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {cases.map((found) => (
            <Row viewer={viewer} found={found} can_act={can_act} />
          ))}
        </tbody>
      </table>
    </div>
  )
}
