import { Elysia } from 'elysia'
import { ENDPOINTS } from '#shared/contract/index.ts'
import * as contract from '#shared/contract/system.ts'
import { serve, type Route } from '#shared/http/serve.ts'

const INFO = {
  title: 'LLM Trace Hub',
  version: '1',
  description: 'Records what an LLM application did, and shows it. Every error has the form of `Error`.',
}

/** The document is made at the first request: hardly anyone asks for it, and the generator is large. */
async function write(): Promise<string> {
  const [{ openapi }, { describeApi, describeEndpoint }] = await Promise.all([
    import('@elysiajs/openapi'),
    import('./describe-endpoint.ts'),
  ])
  const { path } = contract.openapiDocument
  const app = new Elysia().use(openapi({ provider: null, specPath: path, documentation: describeApi(INFO) }))
  for (const endpoint of ENDPOINTS) {
    // Written with braces: for `:name` the plugin would put in parameters of its own.
    const described = endpoint.path.replaceAll(/:(\w+)/g, '{$1}')
    app.route(endpoint.method, described, () => null, { detail: describeEndpoint(endpoint) })
  }
  const response = await app.handle(new Request(new URL(path, 'http://localhost')))
  return await response.text()
}

/** `GET /swagger/json`: OpenAPI 3.1 of every operation of the contract. */
export function openapiDocument(): Route {
  let written: Promise<string> | undefined
  return serve(contract.openapiDocument, async () => {
    written ??= write()
    return new Response(await written, { headers: { 'content-type': 'application/json' } })
  })
}
