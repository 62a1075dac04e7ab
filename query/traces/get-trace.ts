import type { Output } from '#shared/contract/endpoint.ts'
import * as contract from '#shared/contract/traces.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import type { Deps } from '#shared/service.ts'
import type { DocumentReader } from '#shared/store/read-documents.ts'
import { projectOf } from '../project-of.ts'
import { fresh, notModified, traceTag } from './answer-fresh.ts'
import { findTrace } from './find-trace.ts'
import { readDecisions } from './read-decisions.ts'
import { readFull, readHead, readTree } from './read-detail.ts'
import { readEvaluations } from './read-evaluations.ts'
import { mayGoOn, showTrace } from './show-trace.ts'

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null)

const READERS = { full: readFull, tree: readTree, none: readHead }

/** `GET /api/v1/traces/{trace_id}`: everything of one trace, as it stood at one moment. */
export const getTrace = (deps: Deps, documents: DocumentReader): Route =>
  serve(contract.getTrace, async ({ params, query, principal, request }) => {
    const project = projectOf(principal)
    const asked = { ...params, project_no: project.project_no, request, now_ms: deps.clock() }
    const unchanged = await notModified(deps.database.read, asked)
    if (unchanged) return unchanged
    return await deps.database.read.begin('isolation level repeatable read read only', async (sql) => {
      const row = await findTrace(sql, project.project_no, params.trace_id)
      const read = READERS[query.spans ?? 'full']
      const { said, root, ...detail } = await read(sql, documents, project, row)
      const shown = showTrace(row, project.project_id, asked.now_ms)
      const answer: Output<typeof contract.getTrace> = {
        trace: {
          ...shown,
          input_text: textOrNull(said.input ?? root?.input) ?? shown.input_text,
          output_text: textOrNull(said.output ?? root?.output) ?? shown.output_text,
          attributes: said.attributes ?? {},
          ...(said.graph ? { graph: said.graph } : {}),
        },
        ...detail,
        evaluations: await readEvaluations(sql, project.project_no, row),
        ...(await readDecisions(sql, project, row)),
      }
      const open = mayGoOn(row)
      return fresh(answer, traceTag({ ...row, version: String(row.version), open }, asked))
    })
  })
