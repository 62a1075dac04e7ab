import * as contract from '#shared/contract/cases.ts'
import { answerCase } from '#shared/http/answer-case.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import { rowToCase } from '#shared/schema/case-row.ts'
import type { Deps } from '#shared/service.ts'
import { projectOf } from '../project-of.ts'
import { requireCase } from './show-case.ts'

/** `GET /api/v1/cases/{id}`. */
export const getCase = (deps: Deps): Route =>
  serve(contract.getCase, async ({ params: { case_id }, principal }) => {
    const { project_no, project_id } = projectOf(principal)
    const row = await requireCase(deps.database.read, project_no, case_id)
    return answerCase(rowToCase(row, project_id, deps.clock()))
  })
