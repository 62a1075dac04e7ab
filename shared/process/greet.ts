import type { Config } from '../config.ts'

/** What is printed when the hub is ready: where it is, and in development a first trace to send. */
export function greet({ env, admin_key }: Config, api: string, ui: string): string {
  const urls = `\n  API  ${api}\n  UI   ${ui}\n`
  if (env === 'production') return urls
  const trace = {
    trace_id: crypto.randomUUID(),
    name: 'hello',
    status: 'success',
    start_time: new Date().toISOString(),
  }
  return `${urls}
Send a first trace:

  curl ${api}/api/v1/ingest/traces \\
    -H 'x-api-key: ${admin_key}' -H 'content-type: application/json' \\
    -d '${JSON.stringify({ trace })}'
`
}
