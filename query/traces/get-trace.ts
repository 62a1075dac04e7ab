import * as contract from '#shared/contract/traces.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import type { Deps } from '#shared/service.ts'
import type { DocumentReader } from '#shared/store/read-documents.ts'
import { projectOf } from '../project-of.ts'
import { findTrace } from './find-trace.ts'
import { readFull, readTree } from './read-detail.ts'
import { readEvaluations } from './read-evaluations.ts'
import { showTrace } from './show-trace.ts'

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** `GET /api/v1/traces/{trace_id}`: everything of one trace, as it stood at one moment. */
export const getTrace = (deps: Deps, documents: DocumentReader): Route =>
  serve(contract.getTrace, async ({ params, query, principal }) => {
    const project = projectOf(principal)
    return await deps.database.read.begin('isolation level repeatable read read only', async (sql) => {
      const row = await findTrace(sql, project.project_no, params.trace_id)
      const read = query.spans === 'tree' ? readTree : readFull
      const { said, root, ...detail } = await read(sql, documents, project, row)
      const shown = showTrace(row, project.project_id, deps.clock())
      return {
        trace: {
          ...shown,
          input_text: textOrNull(said.input ?? root?.input) ?? shown.input_text,
          output_text: textOrNull(said.output ?? root?.output) ?? shown.output_text,
          attributes: said.attributes ?? {},
          ...(said.graph ? { graph: said.graph } : {}),
        },
        ...detail,
        evaluations: await readEvaluations(sql, project.project_no, row),
        decision_history: [],
        judge_runs: [],
      }
    })
  })
