import * as contract from '#shared/contract/subscriptions.ts'
import { CallError } from '#shared/http/call.ts'
import { checkOf } from '#shared/schema/check.ts'
import { redirect } from '../answer.tsx'
import { readForm } from '../acts/read-form.ts'
import type { Asked } from '../fragment.ts'
import { Notice } from '../parts/notice.tsx'
import { count, duration } from '../parts/quantity.ts'
import { HOME, projectIn } from './load.ts'
import { endOf } from './outcome-mark.tsx'
import { showNotifications } from './page.tsx'
import { SecretPanel } from './secret-panel.tsx'

const paramsOf = ({ params }: Asked) => ({ subscription_id: params['subscription_id'] ?? '' })
const { body: Wanted } = contract.createSubscription
const { body: Changed } = contract.updateSubscription
const IS_WEB = /^https?:\/\//i

/** What a form says of a subscription besides its URL. */
const saidIn = (form: URLSearchParams) => ({
  events: form.getAll('events'),
  description: (form.get('description') ?? '').trim(),
  format: form.get('format') || 'standard',
  min_severity: form.get('min_severity') || null,
})

/** Why the API refused what was written, where it is the writer's to put right. */
function refusalOf(error: unknown): string {
  if (error instanceof CallError && (error.status === 422 || error.status === 409)) return error.message
  throw error
}

/** Makes a subscription; its secret stands in the answer itself, since no later page can show it again. */
export async function createSubscription(asked: Asked): Promise<Response> {
  const { ask, request, viewer } = asked
  const { notifications: text } = viewer.text
  const form = await readForm(request)
  const refuse = (message: string) => showNotifications(asked, { status: 422, refused: { message, form } })
  const url = (form.get('url') ?? '').trim()
  if (!IS_WEB.test(url)) return refuse(text.wrong_url)
  const wanted: unknown = { url, ...saidIn(form) }
  if (!form.has('events')) return refuse(text.pick)
  if (!checkOf(Wanted).Check(wanted)) return refuse(viewer.text.problem.refused_title)
  try {
    const { secret } = await ask(contract.createSubscription, { body: wanted }, projectIn(viewer))
    return await showNotifications(asked, {
      news: <SecretPanel viewer={viewer} title={text.made} secret={secret} />,
    })
  } catch (error) {
    return refuse(refusalOf(error))
  }
}

/** Changes what a subscription hears of, and where it sends when another URL is written. */
export async function changeSubscription(asked: Asked): Promise<Response> {
  const { ask, request, viewer } = asked
  const { notifications: text } = viewer.text
  const form = await readForm(request)
  const params = paramsOf(asked)
  const refused = { form, of: params.subscription_id }
  const refuse = (message: string) =>
    showNotifications(asked, { status: 422, refused: { ...refused, message } })
  const url = (form.get('url') ?? '').trim()
  if (url !== '' && !IS_WEB.test(url)) return refuse(text.wrong_url)
  const wanted: unknown = { ...saidIn(form), ...(url !== '' && { url }) }
  if (!form.has('events')) return refuse(text.pick)
  if (!checkOf(Changed).Check(wanted)) return refuse(viewer.text.problem.refused_title)
  const project_id = projectIn(viewer)
  try {
    const { id } = await ask(contract.updateSubscription, { params, body: wanted }, project_id)
    return redirect(`${viewer.to(HOME, { project_id, manage: id })}#manage`)
  } catch (error) {
    return refuse(refusalOf(error))
  }
}

/** Sends a test and says on the page how it ended. */
export async function testSubscription(asked: Asked): Promise<Response> {
  const { ask, viewer } = asked
  const { notifications: text } = viewer.text
  const { ok, delivery } = await ask(
    contract.testSubscription,
    { params: paramsOf(asked) },
    projectIn(viewer),
  )
  const took = duration(viewer, delivery.last?.latency_ms ?? 0)
  const end = delivery.last ? endOf(delivery.last) : ''
  const title = ok ? text.test_good(delivery.last?.status ?? 0, took) : text.test_bad(end, took)
  return showNotifications(asked, { news: <Notice kind={ok ? 'good' : 'bad'} title={title} /> })
}

/** Makes a new secret, and shows it once. */
export async function rotateSecret(asked: Asked): Promise<Response> {
  const { ask, viewer } = asked
  const { secret } = await ask(
    contract.rotateSecret,
    { params: paramsOf(asked), query: {} },
    projectIn(viewer),
  )
  const title = viewer.text.notifications.rotated
  return showNotifications(asked, { news: <SecretPanel viewer={viewer} title={title} secret={secret} /> })
}

const switchTo =
  (enabled: boolean) =>
  async (asked: Asked): Promise<Response> => {
    const { ask, viewer } = asked
    const project_id = projectIn(viewer)
    const { id } = await ask(
      contract.updateSubscription,
      { params: paramsOf(asked), body: { enabled } },
      project_id,
    )
    return redirect(`${viewer.to(HOME, { project_id, manage: id })}#manage`)
  }

export const enableSubscription = switchTo(true)
export const disableSubscription = switchTo(false)

/** Deletes a subscription. */
export async function removeSubscription(asked: Asked): Promise<Response> {
  const { ask, viewer } = asked
  const project_id = projectIn(viewer)
  await ask(contract.deleteSubscription, { params: paramsOf(asked) }, project_id)
  return redirect(viewer.to(HOME, { project_id }))
}

/** Puts the dead letters of a subscription on the schedule again. */
export async function redeliverDead(asked: Asked): Promise<Response> {
  const { ask, viewer } = asked
  const { redelivered } = await ask(contract.redeliverDead, { params: paramsOf(asked) }, projectIn(viewer))
  const title = viewer.text.notifications.resent(count(viewer, redelivered))
  return showNotifications(asked, { news: <Notice kind="good" title={title} /> })
}

/** Sends one delivery again. */
export async function redeliver(asked: Asked): Promise<Response> {
  const { ask, params, viewer } = asked
  const { id } = await ask(
    contract.redeliver,
    { params: { delivery_id: params['delivery_id'] ?? '' } },
    projectIn(viewer),
  )
  return redirect(`${viewer.keep(HOME, { delivery: id })}#delivery`)
}
