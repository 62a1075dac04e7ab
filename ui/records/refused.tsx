import { CallError } from '#shared/http/call.ts'
import { Notice } from '../parts/notice.tsx'
import { Said } from '../parts/said.tsx'
import type { Viewer } from '../viewer.ts'

/** An answer of the API, or its words why there is none that another question would have. */
export type Answer<T> = { found: T; refused: null } | { found: null; refused: string }

/** Waits for an answer; a question that its own filters make unanswerable is said on the page, not instead of it. */
export async function orRefused<T>(asking: Promise<T>): Promise<Answer<T>> {
  try {
    return { found: await asking, refused: null }
  } catch (error) {
    const is_mendable =
      error instanceof CallError &&
      (error.status === 422 || error.status === 400 || error.code === 'query_timeout')
    if (!is_mendable) throw error
    return { found: null, refused: error.message }
  }
}

/** Says why the API did not answer, and leads to the same page without what it asked. */
export const Refused = ({ viewer, message, clear }: { viewer: Viewer; message: string; clear: string }) => (
  <Notice kind="bad" title={viewer.text.problem.refused_title}>
    <p>
      <Said>{message}</Said>
    </p>
    <a href={clear}>{viewer.text.filter.clear}</a>
  </Notice>
)
