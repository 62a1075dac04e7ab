import { activatePolicy, deactivatePolicy, rollbackPolicy } from '#shared/contract/policies.ts'
import { readForm } from '../acts/read-form.ts'
import { redirect } from '../answer.tsx'
import type { Asked } from '../fragment.ts'
import { notFound } from '../pages/problem.tsx'
import { loadPolicy, type Loaded } from './load-policy.ts'
import { isAboutText } from './save-version.tsx'
import { showVersions } from './versions-page.tsx'

type Change = (asked: Asked, loaded: Loaded) => Promise<unknown>

/** A change of what decides; where it is refused the page of the versions says why. */
const changing =
  (done: string, change: Change) =>
  async (asked: Asked): Promise<Response> => {
    const { viewer } = asked
    const loaded = await loadPolicy(asked)
    if (loaded === null) return notFound(asked)
    const { id, project_id } = loaded.policy
    viewer.url.pathname = `/policies/${id}/versions`
    try {
      await change(asked, loaded)
    } catch (error) {
      if (!isAboutText(error)) throw error
      return showVersions(asked, loaded, { refused: error.message, status: error.status })
    }
    return redirect(viewer.to(`/policies/${id}/versions`, { project_id, done }))
  }

/** `POST /policies/{id}/activate`: lets a version decide. */
export const activateVersion = changing('activated', async ({ ask, request }, { policy }) => {
  const version = Number((await readForm(request)).get('version'))
  return ask(activatePolicy, { params: { policy_id: policy.id }, query: { version } }, policy.project_id)
})

/** `POST /policies/{id}/rollback`: lets the version decide that did before. */
export const rollBack = changing('rolled_back', ({ ask }, { policy }) =>
  ask(rollbackPolicy, { params: { policy_id: policy.id } }, policy.project_id),
)

/** `POST /policies/{id}/deactivate`: lets the built-in policy decide. */
export const stopPolicy = changing('deactivated', ({ ask }, { policy }) =>
  ask(deactivatePolicy, { params: { policy_id: policy.id } }, policy.project_id),
)
