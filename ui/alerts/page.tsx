import { listAlerts } from '#shared/contract/alerts.ts'
import type { Asked } from '../fragment.ts'
import { mayManage } from '../people/person.ts'
import { projectPage } from '../records/project-page.tsx'
import { AlertForm, type Written } from './alert-form.tsx'
import { AlertTable } from './alert-table.tsx'
import { Places } from './places.tsx'
import { Preview, type Previewed } from './preview.tsx'

/** What an act leaves on the page that follows it. */
type Outcome = { status?: number; written?: Written; preview?: Previewed }

/** `/alerts?project_id=`: what is watched, where it stands, and a form that can show the past first. */
export async function showAlerts(asked: Asked, outcome: Outcome = {}): Promise<Response> {
  const { viewer, ask } = asked
  const { alerts: text } = viewer.text
  const project_id = viewer.url.searchParams.get('project_id') ?? ''
  const page = await projectPage(asked, {
    title: text.title,
    lead: text.lead,
    body: async () => {
      const alerts = await ask(listAlerts, {}, project_id)
      const may_manage = mayManage(viewer.person, project_id)
      return (
        <>
          <Places viewer={viewer} here="alerts" />
          {outcome.preview && <Preview viewer={viewer} preview={outcome.preview} />}
          <section aria-labelledby="list-title">
            <h2 id="list-title">{text.list}</h2>
            {alerts.length === 0 ? (
              <p class="empty">{may_manage ? text.empty : text.empty_look}</p>
            ) : (
              <AlertTable viewer={viewer} alerts={alerts} />
            )}
          </section>
          {may_manage && <AlertForm viewer={viewer} written={outcome.written} />}
        </>
      )
    },
  })
  const { status = page.status } = outcome
  return new Response(page.body, { status, headers: page.headers })
}

export const alertsPage = (asked: Asked): Promise<Response> => showAlerts(asked)
