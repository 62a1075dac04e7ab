import * as contract from '#shared/contract/case-settings.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import type { Deps } from '#shared/service.ts'
import { readCaseSettings } from '#shared/store/case-settings.ts'
import { projectOf } from '../project-of.ts'

/** `GET /api/v1/cases/settings`. */
export const getCaseSettings = (deps: Deps): Route =>
  serve(contract.getCaseSettings, ({ principal }) =>
    readCaseSettings(deps.database.read, projectOf(principal).project_no),
  )
