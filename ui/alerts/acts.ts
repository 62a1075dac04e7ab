import * as contract from '#shared/contract/alerts.ts'
import { CallError } from '#shared/http/call.ts'
import { checkOf } from '#shared/schema/check.ts'
import { readForm } from '../acts/read-form.ts'
import { redirect } from '../answer.tsx'
import type { Asked } from '../fragment.ts'
import { FILTERS } from './alert-form.tsx'
import { showAlerts } from './page.tsx'
import { ALERTS } from './places.tsx'

const projectIn = ({ viewer }: Asked) => viewer.url.searchParams.get('project_id') ?? ''
const paramsOf = ({ params }: Asked) => ({ alert_id: params['alert_id'] ?? '' })
const back = (asked: Asked) => redirect(asked.viewer.to(ALERTS, { project_id: projectIn(asked) }))

const numberIn = (form: URLSearchParams, name: string): number => Number(form.get(name) || Number.NaN)

/** What a form asks for, not yet checked. */
function watchIn(form: URLSearchParams): Record<string, unknown> {
  const filter = FILTERS.flatMap((name) => {
    const value = (form.get(name) ?? '').trim()
    return value === '' ? [] : [[name, value]]
  })
  return {
    ...{ metric: form.get('metric'), comparison: form.get('comparison'), no_data: form.get('no_data') },
    ...{ threshold: numberIn(form, 'threshold'), window_minutes: numberIn(form, 'window_minutes') },
    ...{ for_minutes: numberIn(form, 'for_minutes'), filter: Object.fromEntries(filter) as unknown },
  }
}

/** Makes an alert, or shows when it would have fired. */
export async function createAlert(asked: Asked): Promise<Response> {
  const { ask, request, viewer } = asked
  const form = await readForm(request)
  const refuse = (refused: string) => showAlerts(asked, { status: 422, written: { form, refused } })
  const watch: unknown = watchIn(form)
  const named: unknown = {
    ...watchIn(form),
    ...{ name: (form.get('alert_name') ?? '').trim() || viewer.text.alerts.title },
    severity: form.get('severity') ?? 'high',
  }
  if (!checkOf(contract.previewAlert.body).Check(watch) || !checkOf(contract.createAlert.body).Check(named))
    return refuse(viewer.text.problem.refused_title)
  try {
    if (form.get('act') === 'preview') {
      const preview = await ask(contract.previewAlert, { body: watch }, projectIn(asked))
      return await showAlerts(asked, { written: { form }, preview })
    }
    await ask(contract.createAlert, { body: named }, projectIn(asked))
    return back(asked)
  } catch (error) {
    if (error instanceof CallError && (error.status === 422 || error.status === 409))
      return refuse(error.message)
    throw error
  }
}

const switchTo =
  (enabled: boolean) =>
  async (asked: Asked): Promise<Response> => {
    await asked.ask(contract.updateAlert, { params: paramsOf(asked), body: { enabled } }, projectIn(asked))
    return back(asked)
  }

export const turnOn = switchTo(true)
export const turnOff = switchTo(false)

/** Deletes an alert. */
export async function removeAlert(asked: Asked): Promise<Response> {
  await asked.ask(contract.deleteAlert, { params: paramsOf(asked) }, projectIn(asked))
  return back(asked)
}
