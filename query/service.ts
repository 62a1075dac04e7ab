import type { Deps, Service } from '#shared/service.ts'
import { documentReader } from '#shared/store/read-documents.ts'
import { ledger } from './ledger/ledger.ts'
import { healthz } from './system/healthz.ts'
import { openapiDocument } from './system/openapi.ts'
import { readyz } from './system/readyz.ts'
import { swaggerAsset, swaggerPage } from './system/swagger.ts'
import { getSpan } from './traces/get-span.ts'
import { getTrace } from './traces/get-trace.ts'
import { listTraces } from './traces/list-traces.ts'
import { overview } from './traces/overview.ts'

const DOCUMENT_CACHE_BYTES = 32 * 1024 * 1024

/** Answers questions about the record; writes nothing. */
export function query(deps: Deps): Promise<Service> {
  const documents = documentReader(DOCUMENT_CACHE_BYTES)
  return Promise.resolve({
    name: 'query',
    routes: [
      listTraces(deps),
      overview(deps),
      getTrace(deps, documents),
      getSpan(deps, documents),
      ledger(deps),
      healthz(),
      readyz(deps),
      openapiDocument(),
      swaggerPage(),
      swaggerAsset(),
    ],
    stop: () => Promise.resolve(),
  })
}
