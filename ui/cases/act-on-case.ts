import { ackCase, assignCase, commentCase, reopenCase, resolveCase } from '#shared/contract/cases.ts'
import { CallError } from '#shared/http/call.ts'
import { isCaseOutcome } from '#shared/schema/case-words.ts'
import { readForm } from '../acts/read-form.ts'
import { redirect } from '../answer.tsx'
import type { Ask } from '../ask.ts'
import type { Asked } from '../fragment.ts'
import type { Written } from './case-acts.tsx'
import { showCase } from './case-page.tsx'
import { casePath } from './links.ts'

const MOST_COMMENT = 10_000
const MOST_ASSIGNEE = 128

/** The case as the form knew it: somebody may have been faster since. */
type Place = { params: { case_id: string }; project_id: string; headers: Record<string, string> }

const outcomeOf = ({ outcome }: Written) => (isCaseOutcome(outcome) ? outcome : null)
const orNull = (text: string | null) => (text === null || text === '' ? null : text)

/** What each form asks of the API. */
const ACTS = {
  ack: (ask: Ask, { params, project_id, headers }: Place, { assignee }: Written) =>
    ask(ackCase, { params, body: { assignee: orNull(assignee) } }, project_id, headers),
  assign: (ask: Ask, { params, project_id, headers }: Place, { assignee }: Written) =>
    ask(assignCase, { params, body: { assignee: orNull(assignee) } }, project_id, headers),
  resolve: (ask: Ask, { params, project_id, headers }: Place, written: Written) => {
    const body = { outcome: outcomeOf(written), comment: orNull(written.comment) }
    return ask(resolveCase, { params, body }, project_id, headers)
  },
  reopen: (ask: Ask, { params, project_id, headers }: Place, { comment }: Written) =>
    ask(reopenCase, { params, body: { comment: orNull(comment) } }, project_id, headers),
  // A comment is as true of a case that has changed meanwhile.
  comment: (ask: Ask, { params, project_id }: Place, { comment }: Written) =>
    ask(commentCase, { params, body: { comment } }, project_id),
}

const CHANGED = new Set(['version_mismatch', 'wrong_case_status'])

function wrongIn(asked: Asked, name: keyof typeof ACTS, { comment, assignee }: Written): string | null {
  const { cases: text } = asked.viewer.text
  if (comment.length > MOST_COMMENT || (name === 'comment' && comment === '')) return text.wrong_comment
  return (assignee ?? '').length > MOST_ASSIGNEE ? text.wrong_assignee : null
}

/** `POST /cases/{id}/{act}`: does it, and shows the case again; what was written comes back when it is refused. */
export const acting =
  (name: keyof typeof ACTS) =>
  async (asked: Asked): Promise<Response> => {
    const { viewer, params, request, ask } = asked
    const { cases: text } = viewer.text
    const form = await readForm(request)
    const project_id = viewer.url.searchParams.get('project_id') ?? ''
    const case_id = params['case_id'] ?? ''
    const written: Written = {
      comment: (form.get('comment') ?? '').trim(),
      assignee: form.has('assignee') ? (form.get('assignee') ?? '').trim() : null,
      outcome: form.get('outcome') ?? '',
    }
    const wrong = wrongIn(asked, name, written)
    if (wrong !== null) {
      const title = viewer.text.problem.refused_title
      return showCase(asked, { status: 422, title, message: wrong, written })
    }
    const headers = { 'if-match': `"${form.get('version') ?? ''}"` }
    try {
      await ACTS[name](ask, { params: { case_id }, project_id, headers }, written)
    } catch (error) {
      if (!(error instanceof CallError) || !CHANGED.has(error.code)) throw error
      return showCase(asked, { status: 409, title: text.changed_title, message: text.changed, written })
    }
    return redirect(viewer.to(casePath(case_id), { project_id }))
  }
