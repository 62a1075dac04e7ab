import type { Asked } from '../fragment.ts'
import type { Route } from '../mount.ts'
import { check } from './check.tsx'
import { diffPage } from './diff-page.tsx'
import { policyPage } from './edit-page.tsx'
import { policiesPage } from './list-page.tsx'
import { makePolicy, newPolicyPage } from './new-page.tsx'
import { saveVersion } from './save-version.tsx'
import { activateVersion, rollBack, stopPolicy } from './switch-version.ts'
import { testsPage } from './tests-page.tsx'
import { tryLive, tryPage, tryPolicy } from './try-page.tsx'
import { versionsPage } from './versions-page.tsx'

/** A policy of 65,536 characters, each as the nine that a form makes of a Korean one, and what else is filled in. */
const FORM_BYTES = 1024 * 1024

const get = (path: string, answer: Route['answer']): Route => ({ method: 'GET', path, answer })
const post = (path: string, answer: (asked: Asked) => Promise<Response>): Route => ({
  method: 'POST',
  path,
  answer,
  form_at: '/policies',
  form_bytes: FORM_BYTES,
})

/** The pages, parts and forms of policies. */
export const policyRoutes: Route[] = [
  get('/policies', policiesPage),
  get('/policies/new', newPolicyPage),
  get('/policies/:policy_id', policyPage),
  get('/policies/:policy_id/versions', versionsPage),
  get('/policies/:policy_id/diff', diffPage),
  get('/policies/:policy_id/tests', testsPage),
  get('/policies/:policy_id/try', tryPage),
  post('/policies', makePolicy),
  post('/policies/:policy_id/versions', saveVersion),
  post('/policies/:policy_id/activate', activateVersion),
  post('/policies/:policy_id/rollback', rollBack),
  post('/policies/:policy_id/deactivate', stopPolicy),
  post('/policies/:policy_id/try', tryPolicy),
  post('/fragments/policies/check', check),
  post('/fragments/policies/:policy_id/try', tryLive),
]
