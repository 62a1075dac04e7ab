import { testPolicy, validatePolicy } from '#shared/contract/policies.ts'
import { isUuid } from '#shared/ids.ts'
import { readForm } from '../acts/read-form.ts'
import { part } from '../answer.tsx'
import type { Asked } from '../fragment.ts'
import { unixLines } from './definition-text.ts'
import { Findings, type Checked } from './findings.tsx'

type At = { project_id: string; policy_id: string | null }

/** What there is to say about a text; with a policy to run them, its tests are run too. */
export async function checkText(
  { ask }: Asked,
  text: string,
  { project_id, policy_id }: At,
): Promise<Checked> {
  const { ok, findings } = await ask(validatePolicy, { body: { definition: text } }, project_id)
  if (!ok || policy_id === null) return { text, findings, tests: null }
  const { tests } = await ask(
    testPolicy,
    { params: { policy_id }, query: {}, body: { definition: text } },
    project_id,
  )
  return { text, findings, tests }
}

/** `POST /fragments/policies/check`: the findings of what is written, while it is written. */
export async function check(asked: Asked): Promise<Response> {
  const { viewer, request } = asked
  const form = await readForm(request)
  const project_id = viewer.url.searchParams.get('project_id') ?? ''
  const said = viewer.url.searchParams.get('policy_id')
  const policy_id = said !== null && isUuid(said) ? said : null
  const checked = await checkText(asked, unixLines(form.get('definition') ?? ''), { project_id, policy_id })
  return part(<Findings viewer={viewer} checked={checked} />, {})
}
