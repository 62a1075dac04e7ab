import type { Case } from '../contract/cases.ts'

/** Answers with a case, and its version as the tag that If-Match takes. */
export const answerCase = (found: Case): Response =>
  Response.json(found, { headers: { etag: `"${found.version}"`, 'cache-control': 'no-store' } })
