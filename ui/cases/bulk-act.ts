import { BULK_LIMIT, bulkCases } from '#shared/contract/cases.ts'
import { isCaseOutcome } from '#shared/schema/case-words.ts'
import { readForm } from '../acts/read-form.ts'
import { redirect } from '../answer.tsx'
import type { Asked } from '../fragment.ts'
import { notFound } from '../pages/problem.tsx'
import { BULK_ACTS } from './bulk-bar.tsx'

/** The list as it was when the form was sent, with what came of it. */
function backTo(asked: Asked, search: string, acted: string): string {
  const query = new URLSearchParams(search)
  query.set('project_id', asked.viewer.url.searchParams.get('project_id') ?? '')
  query.set('acted', acted)
  return `/cases?${query}`
}

/** `POST /cases/bulk`: does the same to all cases that were selected. */
export async function bulkAct(asked: Asked): Promise<Response> {
  const { ask, request, viewer } = asked
  const form = await readForm(request)
  const action = BULK_ACTS.find((name) => name === form.get('action'))
  if (action === undefined) return notFound(asked)
  const ids = [...new Set(form.getAll('id'))].slice(0, BULK_LIMIT)
  const back = (form.get('back') ?? '').slice(0, 2000)
  if (ids.length === 0) return redirect(backTo(asked, back, `${action}.0.0`))
  const said = (form.get('assignee') ?? '').trim().slice(0, 128)
  const outcome = form.get('outcome') ?? ''
  const body = {
    ids,
    action,
    // An empty field leaves the owner of a case as it is, unless it is what is asked for.
    assignee: said === '' ? null : said,
    outcome: action === 'resolve' && isCaseOutcome(outcome) ? outcome : null,
  }
  const project_id = viewer.url.searchParams.get('project_id')
  const { succeeded, failed } = await ask(bulkCases, { body }, project_id)
  return redirect(backTo(asked, back, `${action}.${succeeded}.${failed}`))
}
