import { listPolicies, type Policy } from '#shared/contract/policies.ts'
import { ACTIONS } from '#shared/policy/actions.ts'
import { paint, type Asked } from '../fragment.ts'
import { plain } from '../parts/said.tsx'
import { Choice, ChoiceForm, given, TextField, WINDOWS } from '../records/choices.tsx'
import { projectPage } from '../records/project-page.tsx'
import type { Viewer } from '../viewer.ts'
import { DecisionList } from './decision-list.tsx'

const Filters = ({ viewer, policies }: { viewer: Viewer; policies: Policy[] }) => {
  const { decisions: text, records, filter } = viewer.text
  const all = { value: '', name: text.any }
  return (
    <section class="filter" aria-label={filter.title}>
      <ChoiceForm viewer={viewer} path="/decisions">
        <Choice
          viewer={viewer}
          name="action"
          label={text.action}
          options={[all, ...ACTIONS.map((action) => ({ value: action, name: text.actions[action] }))]}
        />
        <Choice
          viewer={viewer}
          name="policy_id"
          label={text.policy}
          options={[all, ...policies.map(({ id, name }) => ({ value: id, name: plain(name) }))]}
        />
        <label class="field field-short">
          <span>{text.version_label}</span>
          <input
            type="number"
            name="policy_version"
            min="1"
            inputmode="numeric"
            value={given(viewer, 'policy_version') ?? ''}
          />
        </label>
        <TextField viewer={viewer} name="rule" label={text.rule} />
        <TextField viewer={viewer} name="reason_code" label={text.reason} />
        <Choice
          viewer={viewer}
          name="degraded"
          label={text.degraded.word}
          options={[all, { value: 'yes', name: text.degraded.yes }, { value: 'no', name: text.degraded.no }]}
        />
        <Choice
          viewer={viewer}
          name="hours"
          label={records.window}
          options={[
            { value: '', name: records.any_time },
            ...WINDOWS.map((hours) => ({
              value: String(hours),
              name: records.windows[hours] ?? String(hours),
            })),
          ]}
        />
      </ChoiceForm>
    </section>
  )
}

/** `/decisions?project_id=`: what was decided in a project. */
export const decisionsPage = (asked: Asked): Promise<Response> => {
  const { viewer, ask } = asked
  const { decisions: text } = viewer.text
  return projectPage(asked, {
    title: text.title,
    lead: text.lead,
    body: async () => {
      const project_id = viewer.url.searchParams.get('project_id')
      const [policies, list] = await Promise.all([
        ask(listPolicies, {}, project_id),
        paint(DecisionList, asked),
      ])
      return (
        <>
          <Filters viewer={viewer} policies={policies} />
          {list}
        </>
      )
    },
  })
}
