import type { Metric, WantedWatch, Watch } from '#shared/contract/alerts.ts'
import type { createAlert as createContract, deleteAlert as deleteContract } from '#shared/contract/alerts.ts'
import type { updateAlert as updateContract, AlertFilter } from '#shared/contract/alerts.ts'
import type { Input, Output } from '#shared/contract/endpoint.ts'
import { HubError } from '#shared/errors.ts'
import type { Principal } from '#shared/http/auth.ts'
import { clean } from '#shared/protocol/clean.ts'
import { writeAudit } from '#shared/store/audit.ts'
import type { NotifyDeps } from '../deps.ts'
import { projectOf } from '../project-of.ts'
import { lockAlert, showAlert } from './alert-row.ts'

const MOST = 50

const OF_TRACES: (keyof AlertFilter)[] = ['name', 'model', 'environment', 'release']
const OF_DECISIONS: (keyof AlertFilter)[] = ['policy', 'rule']

const FILTERS: Record<Metric, (keyof AlertFilter)[]> = {
  error_rate: OF_TRACES,
  p95_latency: OF_TRACES,
  cost: OF_TRACES,
  escalation_rate: OF_DECISIONS,
  sla_breaches: OF_DECISIONS,
}

/** A filter that the metric would not heed is refused rather than ignored. */
function checkFilter({ metric, filter }: Pick<Watch, 'metric' | 'filter'>): void {
  const known = FILTERS[metric]
  const stray = Object.keys(filter).find((name) => !known.some((one) => one === name))
  if (stray === undefined) return
  const msg = `${metric} can be narrowed by ${known.join(', ')}`
  throw new HubError('validation_error', {
    issues: [{ type: 'value_error', loc: ['body', 'filter', stray], msg }],
  })
}

/** A watch with all that was left out. */
export function wholeWatch(wanted: WantedWatch): Watch {
  const watch: Watch = {
    ...{ metric: wanted.metric, threshold: wanted.threshold, window_minutes: wanted.window_minutes },
    ...{ comparison: wanted.comparison ?? 'above', filter: wanted.filter ?? {} },
    ...{ for_minutes: wanted.for_minutes ?? 0, no_data: wanted.no_data ?? 'ok' },
  }
  checkFilter(watch)
  return watch
}

/** Makes an alert; it is looked at for the first time within seconds. */
export async function createAlert(
  { database, clock }: NotifyDeps,
  body: Input<typeof createContract>['body'],
  principal: Principal,
): Promise<Output<typeof createContract>> {
  const project = projectOf(principal)
  const { project_no } = project
  const at = new Date(clock())
  const row = {
    ...{ alert_id: crypto.randomUUID(), project_no, created_at: at, created_by: principal.actor },
    ...{ name: clean(body.name), severity: body.severity ?? 'high', enabled: body.enabled ?? true },
    ...wholeWatch(body),
    ...{ state: 'ok' as const, since: at, value: null, checked_at: new Date(0) },
  }
  return database.sql.begin(async (sql) => {
    await sql`select 1 from projects where project_no = ${project_no} for no key update`
    const { count } = await sql`select 1 from alerts where project_no = ${project_no} limit ${MOST}`
    if (count === MOST) throw new HubError('too_many_alerts')
    await sql`insert into alerts ${sql({ ...row, filter: sql.json(row.filter) })}`
    const deed = { at, actor: principal.actor, project_no, subject: row.alert_id }
    await writeAudit(sql, {
      ...deed,
      action: 'alert.created',
      detail: { name: row.name, metric: row.metric },
    })
    return showAlert(row, project)
  })
}

/** Changes what is named, and starts from ok again: what it measured before was another thing. */
export async function updateAlert(
  { database, clock }: NotifyDeps,
  alert_id: string,
  change: Input<typeof updateContract>['body'],
  principal: Principal,
): Promise<Output<typeof updateContract>> {
  const project = projectOf(principal)
  const { project_no } = project
  const at = new Date(clock())
  return database.sql.begin(async (sql) => {
    const before = await lockAlert(sql, project_no, alert_id)
    const name = change.name === undefined ? before.name : clean(change.name)
    const restart = { state: 'ok' as const, since: at, value: null, checked_at: new Date(0) }
    const row = { ...before, ...change, name, ...restart }
    checkFilter(row)
    await sql`
      update alerts set ${sql({ ...change, ...restart, name, filter: sql.json(row.filter) })}
      where project_no = ${project_no} and alert_id = ${alert_id}`
    const deed = { at, actor: principal.actor, project_no, subject: alert_id }
    const detail = { changed: Object.keys(change).toSorted().join(' ') }
    await writeAudit(sql, { ...deed, action: 'alert.changed', detail })
    return showAlert(row, project)
  })
}

/** Deletes an alert; one that fires is not said to have recovered. */
export async function deleteAlert(
  { database, clock }: NotifyDeps,
  alert_id: string,
  principal: Principal,
): Promise<Output<typeof deleteContract>> {
  const { project_no } = projectOf(principal)
  return database.sql.begin(async (sql) => {
    await lockAlert(sql, project_no, alert_id)
    await sql`delete from alerts where project_no = ${project_no} and alert_id = ${alert_id}`
    const deed = { at: new Date(clock()), actor: principal.actor, project_no, subject: alert_id }
    await writeAudit(sql, { ...deed, action: 'alert.deleted' })
    return { id: alert_id, deleted: true as const }
  })
}
