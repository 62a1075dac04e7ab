import { CaseSettings, getCaseSettings, putCaseSettings } from '#shared/contract/case-settings.ts'
import { CallError } from '#shared/http/call.ts'
import { readDuration } from '#shared/policy/duration.ts'
import { checkOf } from '#shared/schema/check.ts'
import { SEVERITIES } from '#shared/schema/case-words.ts'
import { readForm } from '../acts/read-form.ts'
import { redirect } from '../answer.tsx'
import type { Asked } from '../fragment.ts'
import { mayManage } from '../people/person.ts'
import { projectPage } from '../records/project-page.tsx'
import { projectIn } from '../subscriptions/load.ts'
import { SETTINGS } from './links.ts'
import { SettingsForm } from './settings-form.tsx'

type Refused = { form: URLSearchParams; message: string }

async function show(asked: Asked, refused: Refused | null): Promise<Response> {
  const { viewer, ask } = asked
  const { settings: text } = viewer.text.cases
  const project_id = projectIn(viewer)
  const page = await projectPage(asked, {
    title: text.title,
    lead: text.lead,
    body: async () => (
      <SettingsForm
        viewer={viewer}
        settings={await ask(getCaseSettings, {}, project_id)}
        may_manage={mayManage(viewer.person, project_id)}
        refused={refused}
      />
    ),
  })
  return refused === null ? page : new Response(page.body, { status: 422, headers: page.headers })
}

/** `/cases/settings?project_id=`: the clocks of cases, and the windows in which repeats belong to one. */
export const settingsPage = (asked: Asked): Promise<Response> => show(asked, null)

const secondsIn = (form: URLSearchParams, name: string): number | null => {
  const ms = readDuration((form.get(name) ?? '').trim())
  return ms === null ? null : ms / 1000
}

/** `POST /cases/settings`: sets them; what is wrong comes back with what was written. */
export async function saveSettings(asked: Asked): Promise<Response> {
  const { viewer, ask, request } = asked
  const { settings: text } = viewer.text.cases
  const form = await readForm(request)
  const clock = (severity: string) => ({
    ack_seconds: secondsIn(form, `${severity}.ack`),
    resolve_seconds: secondsIn(form, `${severity}.resolve`),
  })
  const wanted: unknown = {
    sla: Object.fromEntries(SEVERITIES.map((severity) => [severity, clock(severity)])),
    group_window_seconds: secondsIn(form, 'group'),
    reopen_window_seconds: secondsIn(form, 'reopen'),
  }
  if (!checkOf(CaseSettings).Check(wanted)) return show(asked, { form, message: text.wrong })
  try {
    await ask(putCaseSettings, { body: wanted }, projectIn(viewer))
  } catch (error) {
    if (error instanceof CallError && error.status === 422)
      return show(asked, { form, message: text.too_late })
    throw error
  }
  return redirect(viewer.to(SETTINGS, { project_id: projectIn(viewer) }))
}
