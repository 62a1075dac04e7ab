import { createPolicyVersion } from '#shared/contract/policies.ts'
import { CallError } from '#shared/http/call.ts'
import { readForm } from '../acts/read-form.ts'
import { redirect } from '../answer.tsx'
import { policyAt } from '../decisions/links.ts'
import type { Asked } from '../fragment.ts'
import { notFound } from '../pages/problem.tsx'
import { asUtc } from '../traces/filter.ts'
import { checkText } from './check.tsx'
import { unixLines } from './definition-text.ts'
import { showEditor } from './edit-page.tsx'
import { loadPolicy } from './load-policy.ts'

/** What the hub refuses of what was written, and not of who wrote it. */
export const isAboutText = (error: unknown): error is CallError =>
  error instanceof CallError && [400, 409, 413, 422].includes(error.status)

/** The fields of a form that saves a version. */
export async function readSaving(request: Request) {
  const form = await readForm(request)
  const from = (form.get('effective_from') ?? '').trim()
  return {
    act: form.get('act') ?? '',
    name: (form.get('name') ?? '').trim(),
    description: (form.get('description') ?? '').trim(),
    text: unixLines(form.get('definition') ?? ''),
    ...(from === '' ? {} : { effective_from: asUtc(from) }),
  }
}

/** `POST /policies/{id}/versions`: adds a version, lets it decide if so asked, or only checks what is written. */
export async function saveVersion(asked: Asked): Promise<Response> {
  const { ask, viewer, request } = asked
  const loaded = await loadPolicy(asked)
  if (loaded === null) return notFound(asked)
  const { id: policy_id, project_id } = loaded.policy
  viewer.url.pathname = `/policies/${policy_id}`
  const { act, text, effective_from } = await readSaving(request)
  const look = () => checkText(asked, text, { project_id, policy_id })
  if (act === 'check') return showEditor(asked, loaded, { checked: await look() })
  const active = act === 'activate'
  const body = { definition: text, active, ...(effective_from !== undefined && { effective_from }) }
  try {
    const saved = await ask(createPolicyVersion, { params: { policy_id }, body }, project_id)
    const page = policyAt(viewer, loaded.policy, saved.version)
    return redirect(`${page}&done=${active ? 'saved_active' : 'saved'}`)
  } catch (error) {
    if (!isAboutText(error)) throw error
    const checked = await look()
    // The findings say it better than the refusal does, place by place.
    const is_said = checked.findings.some(({ severity }) => severity === 'error')
    return showEditor(asked, loaded, { checked, refused: is_said ? null : error.message, status: 422 })
  }
}
