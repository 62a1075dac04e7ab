import { createAlert, removeAlert, turnOff, turnOn } from '../alerts/acts.ts'
import { alertsPage } from '../alerts/page.tsx'
import { ALERTS } from '../alerts/places.tsx'
import type { Route } from '../mount.ts'
import {
  changeSubscription,
  createSubscription,
  disableSubscription,
  enableSubscription,
  redeliver,
  redeliverDead,
  removeSubscription,
  rotateSecret,
  testSubscription,
} from './acts.tsx'
import { HOME } from './load.ts'
import { notificationsPage } from './page.tsx'

const act = (path: string, answer: Route['answer'], home = HOME): Route => ({
  method: 'POST',
  path: `${home}${path}`,
  answer,
  form_at: home,
})

/** The pages of notifications and alerts, and what can be done there. */
export const notificationRoutes: Route[] = [
  { method: 'GET', path: HOME, answer: notificationsPage },
  act('', createSubscription),
  act('/:subscription_id/change', changeSubscription),
  act('/:subscription_id/test', testSubscription),
  act('/:subscription_id/enable', enableSubscription),
  act('/:subscription_id/disable', disableSubscription),
  act('/:subscription_id/rotate', rotateSecret),
  act('/:subscription_id/remove', removeSubscription),
  act('/:subscription_id/redeliver', redeliverDead),
  act('/deliveries/:delivery_id/redeliver', redeliver),
  { method: 'GET', path: ALERTS, answer: alertsPage },
  act('', createAlert, ALERTS),
  act('/:alert_id/on', turnOn, ALERTS),
  act('/:alert_id/off', turnOff, ALERTS),
  act('/:alert_id/remove', removeAlert, ALERTS),
]
