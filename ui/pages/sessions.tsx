import { paint, type Asked } from '../fragment.ts'
import { SESSION_HOURS, SessionList } from '../fragments/session-list.tsx'
import { ChoiceForm, TextField, WindowChoice } from '../records/choices.tsx'
import { projectPage } from '../records/project-page.tsx'

/** `/sessions?project_id=`: the conversations of a project. */
export const sessionsPage = (asked: Asked): Promise<Response> => {
  const { viewer } = asked
  const { sessions: text } = viewer.text
  return projectPage(asked, {
    title: text.title,
    lead: text.lead,
    body: async () => (
      <>
        <section class="filter" aria-label={viewer.text.filter.title}>
          <ChoiceForm viewer={viewer} path="/sessions">
            <TextField viewer={viewer} name="user_id" label={text.user} />
            <WindowChoice viewer={viewer} fallback={SESSION_HOURS} />
          </ChoiceForm>
        </section>
        {await paint(SessionList, asked)}
      </>
    ),
  })
}
