import * as contract from '#shared/contract/projects.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import type { Deps } from '#shared/service.ts'
import { createKey } from './create-key.ts'
import { createProject } from './create-project.ts'
import { listKeys } from './list-keys.ts'
import { listProjects } from './list-projects.ts'
import { revealKey } from './reveal-key.ts'
import { revokeKey } from './revoke-key.ts'
import { rotateKey } from './rotate-key.ts'
import { setActive } from './set-active.ts'
import { changeSettings, readSettings } from './settings.ts'

/** The operations on projects and their keys. */
export const projectRoutes = (deps: Deps): Route[] => [
  serve(contract.listProjects, async ({ principal }) => listProjects(deps, principal)),
  serve(contract.createProject, async ({ body, principal }) =>
    createProject(deps, body.name, principal.actor),
  ),
  serve(contract.rotateKey, async ({ params, query, principal }) =>
    rotateKey(deps, params.project_id, query.grace_seconds ?? 0, principal.actor),
  ),
  serve(contract.currentKey, async ({ params, principal }) =>
    revealKey(deps, params.project_id, principal.actor),
  ),
  serve(contract.activateProject, async ({ params, principal }) =>
    setActive(deps, params.project_id, true, principal.actor),
  ),
  serve(contract.deactivateProject, async ({ params, principal }) =>
    setActive(deps, params.project_id, false, principal.actor),
  ),
  serve(contract.deleteProject, async ({ params, principal }) =>
    setActive(deps, params.project_id, false, principal.actor),
  ),
  serve(contract.listKeys, async ({ params }) => listKeys(deps, params.project_id)),
  serve(contract.createKey, async ({ params, body, principal }) =>
    createKey(deps, params.project_id, body, principal.actor),
  ),
  serve(contract.revokeKey, async ({ params, principal }) =>
    revokeKey(deps, params.project_id, params.key_id, principal.actor),
  ),
  serve(contract.getSettings, async ({ params }) => readSettings(deps, params.project_id)),
  serve(contract.putSettings, async ({ params, body, principal }) =>
    changeSettings(deps, params.project_id, body, principal.actor),
  ),
]
