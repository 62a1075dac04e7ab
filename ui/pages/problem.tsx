import { CallError } from '#shared/http/call.ts'
import { html } from '../answer.tsx'
import { HubAway } from '../ask.ts'
import type { Asked } from '../fragment.ts'
import { mayManage } from '../people/person.ts'
import { Said } from '../parts/said.tsx'
import { Shell } from '../parts/shell.tsx'

type Problem = {
  status: number
  title: string
  message: string
  /** The same will work soon without more ado. */
  passes?: boolean
  /** Where to go from here instead of the projects. */
  next?: { href: string; name: string }
}

type Where = Pick<Asked, 'viewer' | 'site'>

/** A page that says why there is no page. */
export function problem(asked: Where, { status, title, message, passes = false, next }: Problem): Response {
  const { viewer } = asked
  const way = next ?? { href: viewer.to('/projects'), name: viewer.text.problem.home }
  return html(
    <Shell asked={asked} title={title} retry={passes}>
      <section class="empty problem">
        <p class="problem-code">{status}</p>
        <h1>{title}</h1>
        <p>
          <Said>{message}</Said>
        </p>
        <a class="button" href={way.href}>
          {way.name}
        </a>
      </section>
    </Shell>,
    status,
    passes ? { 'retry-after': '5' } : {},
  )
}

/** One page for what is not there and for what is somebody else's: nobody learns which. */
export const notFound = (asked: Where): Response => {
  const { not_found_title: title, not_found: message } = asked.viewer.text.problem
  return problem(asked, { status: 404, title, message })
}

export const foreignForm = (asked: Where): Response => {
  const { foreign_title: title, foreign: message } = asked.viewer.text.problem
  return problem(asked, { status: 403, title, message })
}

export const wrongMethod = (asked: Where): Response => {
  const { method_title: title, method: message } = asked.viewer.text.problem
  return problem(asked, { status: 405, title, message })
}

/** For a form with more text in it than it may have. */
export const tooLong = (asked: Where): Response => {
  const { too_long_title: title, too_long: message } = asked.viewer.text.problem
  return problem(asked, { status: 413, title, message })
}

/** For what a person's role does not allow. */
export const forbidden = (asked: Where): Response => {
  const { forbidden_title: title, forbidden: message } = asked.viewer.text.problem
  return problem(asked, { status: 403, title, message })
}

/** For more passwords at once than can be checked. */
export const tooBusy = (asked: Where): Response =>
  problem(asked, {
    status: 429,
    title: asked.viewer.text.sign_in.title,
    message: asked.viewer.text.sign_in.busy,
  })

const isAway = (error: unknown) =>
  error instanceof HubAway || (error instanceof CallError && error.status >= 500)

const FORBIDDEN = new Set(['admin_required', 'missing_scope'])
const MISSING = new Set(['invalid_project_id', 'validation_error'])

/** The page for an error on the way to the real one; null when it is a fault of the UI itself. */
export function problemOf(asked: Where & { request: Request }, error: unknown): Response | null {
  const { text, url, to } = asked.viewer
  if (isAway(error)) {
    const asks = asked.request.method === 'GET'
    const message = asks ? text.problem.away : text.problem.away_post
    return problem(asked, { status: 503, title: text.problem.away_title, message, passes: asks })
  }
  if (!(error instanceof CallError)) return null
  if (error.code === 'project_inactive') {
    const project_id = url.searchParams.get('project_id')
    const manage = to('/projects', { manage: project_id })
    return problem(asked, {
      status: 403,
      title: text.project.inactive_title,
      message: text.project.inactive_text,
      ...(project_id !== null &&
        mayManage(asked.viewer.person, project_id) && {
          next: { href: `${manage}#manage`, name: text.project.manage },
        }),
    })
  }
  if (error.status === 404 || MISSING.has(error.code)) return notFound(asked)
  if (FORBIDDEN.has(error.code)) return forbidden(asked)
  return problem(asked, { status: error.status, title: text.problem.refused_title, message: error.message })
}
