import * as contract from '#shared/contract/alerts.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import type { NotifyDeps } from '../deps.ts'
import { projectOf } from '../project-of.ts'
import { readAlerts, showAlert } from './alert-row.ts'
import { createAlert, deleteAlert, updateAlert } from './change-alerts.ts'
import { previewAlert } from './preview-alert.ts'

/** The operations on alerts. */
export const alertRoutes = (deps: NotifyDeps): Route[] => [
  serve(contract.createAlert, async ({ body, principal }) => createAlert(deps, body, principal)),
  serve(contract.listAlerts, async ({ principal }) => {
    const project = projectOf(principal)
    const rows = await readAlerts(deps.database.read, project.project_no)
    return rows.map((row) => showAlert(row, project))
  }),
  serve(contract.updateAlert, async ({ params, body, principal }) =>
    updateAlert(deps, params.alert_id, body, principal),
  ),
  serve(contract.deleteAlert, async ({ params, principal }) => deleteAlert(deps, params.alert_id, principal)),
  serve(contract.previewAlert, async ({ body, principal }) => previewAlert(deps, body, principal)),
]
