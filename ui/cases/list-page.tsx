import { SEVERITIES } from '#shared/schema/case-words.ts'
import { paint, type Asked } from '../fragment.ts'
import { Choice, ChoiceForm, TextField } from '../records/choices.tsx'
import { projectPage } from '../records/project-page.tsx'
import type { Viewer } from '../viewer.ts'
import { BulkBar, BulkDone } from './bulk-bar.tsx'
import { CaseList, mayAct } from './case-list.tsx'
import { SETTINGS } from './links.ts'

const Filters = ({ viewer }: { viewer: Viewer }) => {
  const { cases: text, filter } = viewer.text
  const any = { value: '', name: text.filter.any }
  return (
    <section class="filter" aria-label={filter.title}>
      <ChoiceForm viewer={viewer} path="/cases">
        <Choice
          viewer={viewer}
          name="status"
          label={text.status}
          options={[
            { value: '', name: text.filter.to_do },
            { value: 'open', name: text.statuses.open },
            { value: 'acknowledged', name: text.statuses.acknowledged },
            { value: 'resolved', name: text.statuses.resolved },
            { value: 'all', name: text.filter.all },
          ]}
        />
        <Choice
          viewer={viewer}
          name="severity"
          label={text.severity}
          options={[
            any,
            ...SEVERITIES.toReversed().map((name) => ({ value: name, name: text.severities[name] })),
          ]}
        />
        <Choice
          viewer={viewer}
          name="overdue"
          label={text.due}
          options={[
            any,
            { value: 'yes', name: text.filter.overdue },
            { value: 'no', name: text.filter.not_overdue },
          ]}
        />
        <Choice
          viewer={viewer}
          name="unassigned"
          label={text.filter.whose}
          options={[any, { value: 'yes', name: text.filter.unassigned }]}
        />
        <TextField viewer={viewer} name="assignee" label={text.assignee} />
        <TextField viewer={viewer} name="reason_code" label={text.reason} />
        <TextField viewer={viewer} name="rule" label={text.rule} />
      </ChoiceForm>
    </section>
  )
}

/** `/cases?project_id=`: what people must look at in a project. */
export const casesPage = (asked: Asked): Promise<Response> => {
  const { viewer } = asked
  const { cases: text } = viewer.text
  return projectPage(asked, {
    title: text.title,
    lead: text.lead,
    body: async () => {
      const list = await paint(CaseList, asked)
      return (
        <>
          <BulkDone viewer={viewer} />
          <Filters viewer={viewer} />
          {mayAct(viewer) && <BulkBar viewer={viewer} />}
          {list}
          <p>
            <a href={viewer.to(SETTINGS, { project_id: viewer.url.searchParams.get('project_id') })}>
              {text.settings.title}
            </a>
          </p>
          <p class="hint keys-hint" data-case-keys="">
            {text.keys}
          </p>
        </>
      )
    },
  })
}
