import { attachEval } from '#shared/contract/ingest.ts'
import { getTrace } from '#shared/contract/traces.ts'
import { isUuid } from '#shared/ids.ts'
import { redirect } from '../answer.tsx'
import type { Asked } from '../fragment.ts'
import { notFound } from '../pages/problem.tsx'
import { tracePath } from '../parts/span-detail.tsx'
import { readForm } from './read-form.ts'

/** What reviews are named among the evaluations of a trace. */
const NAME = 'human_review'
const MOST_NOTE = 10_000

/** `POST /traces/{id}/review`: attaches what a person thinks of a trace; the latest review is the one that counts. */
export async function review(asked: Asked): Promise<Response> {
  const { ask, request, params, viewer } = asked
  const form = await readForm(request)
  const [trace_id, project_id] = [params['trace_id'] ?? '', viewer.url.searchParams.get('project_id') ?? '']
  const said = form.get('passed')
  const nonce = form.get('nonce') ?? ''
  if ((said !== 'yes' && said !== 'no') || !isUuid(nonce)) return notFound(asked)
  const passed = said === 'yes'
  const note = (form.get('note') ?? '').trim().slice(0, MOST_NOTE)
  // Sent twice it is one review; changed and sent again from the same page it is another.
  const idempotency_key = `review-${nonce}-${Bun.hash(`${said} ${note}`).toString(36)}`
  const body = {
    ...{ trace_id, eval_name: NAME, eval_model: (viewer.person?.name || 'person').slice(0, 255) },
    ...{ score: passed ? 1 : 0, passed, user_review_passed: passed, idempotency_key },
    ...(note === '' ? {} : { explanation: note }),
  }
  // An evaluation may come before its trace; a review may not.
  await ask(getTrace, { params: { trace_id }, query: { spans: 'none' } }, project_id)
  await ask(attachEval, { body }, project_id)
  return redirect(`${viewer.to(tracePath(trace_id), { project_id, view: 'evaluations' })}#review`)
}
