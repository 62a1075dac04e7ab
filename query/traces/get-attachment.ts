import type postgres from 'postgres'
import * as contract from '#shared/contract/attachments.ts'
import { HubError } from '#shared/errors.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import type { Deps } from '#shared/service.ts'
import type { DocumentReader } from '#shared/store/read-documents.ts'
import { readPayloads, type StoredAttachment } from '#shared/store/read-payloads.ts'
import { projectOf } from '../project-of.ts'
import { answerAttachment } from './answer-attachment.ts'
import { findSpan } from './find-span.ts'
import { findTrace } from './find-trace.ts'
import { attachmentId } from './show-attachments.ts'

const MOST_WAITING = 64

/** Work that is done one after the other, so that the bodies it reads are not in memory together. */
function oneByOne() {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (waiting === MOST_WAITING) throw new HubError('overloaded', { retry_after: 1 })
    waiting++
    const done = last.then(work).finally(() => waiting--)
    last = done.catch(() => {})
    return done
  }
}

type Asked = { trace_id: string; span_id: string; attachment_id: string }

async function findAttachment(
  documents: DocumentReader,
  sql: postgres.ISql,
  project_no: number,
  { trace_id, span_id, attachment_id }: Asked,
): Promise<StoredAttachment | undefined> {
  const trace = await findTrace(sql, project_no, trace_id)
  const { span } = await findSpan(sql, { project_no, trace }, span_id)
  const { spans } = await readPayloads(documents, sql, { trace: [], spans: [span], events: [] })
  return spans[0]?.payload.attachments.find(({ name }) => attachmentId(name) === attachment_id)
}

/** `GET /api/v1/traces/{trace_id}/spans/{span_id}/attachments/{attachment_id}`: the bytes, as the log has them. */
export const getAttachment = (deps: Deps, documents: DocumentReader): Route => {
  const inTurn = oneByOne()
  return serve(contract.getAttachment, async ({ params, principal }) => {
    const { project_no } = projectOf(principal)
    return inTurn(async () =>
      deps.database.read.begin('isolation level repeatable read read only', async (sql) => {
        const found = await findAttachment(documents, sql, project_no, params)
        if (!found) throw new HubError('attachment_not_found')
        const body = (await documents.load(sql, [found.log_id])).get(found.log_id)
        const bytes = body?.protocol.bytes?.(body.document, found)
        if (!bytes) throw new HubError('attachment_not_found')
        return answerAttachment(found, bytes)
      }),
    )
  })
}
