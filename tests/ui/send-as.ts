import { otlpRequest } from '#shared/testing/otlp.ts'

type Variables = Record<string, string>
type Send = (variables: Variables) => Promise<Response[]>

const NAME = 'hello'
const hex = (bytes: number) => Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('hex')
const basic = (variables: Variables) =>
  `Basic ${btoa(`${variables['LANGFUSE_PUBLIC_KEY']}:${variables['LANGFUSE_SECRET_KEY']}`)}`

const post = (url: string, body: unknown, headers: Variables) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

const sendSpan = (base: string | undefined, headers: Variables) => {
  const now = `${Date.now()}000000`
  const times = { startTimeUnixNano: now, endTimeUnixNano: now }
  const span = { traceId: hex(16), spanId: hex(8), name: NAME, kind: 1, ...times }
  return post(`${base}/v1/traces`, otlpRequest([span]), headers)
}

const asOpenTelemetry: Send = async (variables) => {
  const headers = (variables['OTEL_EXPORTER_OTLP_HEADERS'] ?? '')
    .split(',')
    .map((pair) => pair.split('=').map(decodeURIComponent))
  return [await sendSpan(variables['OTEL_EXPORTER_OTLP_ENDPOINT'], Object.fromEntries(headers) as Variables)]
}

const asLangSmith: Send = async (variables) => {
  const base = variables['LANGSMITH_ENDPOINT']
  const headers = { 'x-api-key': variables['LANGSMITH_API_KEY'] ?? '' }
  const id = crypto.randomUUID()
  const time = new Date().toISOString()
  const run = { id, trace_id: id, name: NAME, run_type: 'chain', start_time: time, end_time: time }
  const dotted_order = `${time.replace(/[-:.]/g, '').replace('Z', '000Z')}${id}`
  return [
    await fetch(`${base}/info`, { headers }),
    await post(`${base}/runs/batch`, { post: [{ ...run, dotted_order }], patch: [] }, headers),
  ]
}

const asLangfuseOtel: Send = async (variables) => [
  await sendSpan(`${variables['LANGFUSE_BASE_URL']}/api/public/otel`, { authorization: basic(variables) }),
]

const asLangfuse =
  (name: string): Send =>
  async (variables) => {
    const timestamp = new Date().toISOString()
    const body = { id: crypto.randomUUID(), name: NAME, timestamp }
    const entry = { id: crypto.randomUUID(), type: 'trace-create', timestamp, body }
    const headers = { authorization: basic(variables) }
    return [await post(`${variables[name]}/api/public/ingestion`, { batch: [entry] }, headers)]
  }

const asTraceloop: Send = async (variables) => [
  await sendSpan(variables['TRACELOOP_BASE_URL'], {
    authorization: `Bearer ${variables['TRACELOOP_API_KEY']}`,
  }),
]

/** The variables that a shell has once it ran these lines. */
export function variablesIn(script: string): Record<string, string> {
  const { PATH = '' } = process.env
  const { stdout, stderr, exitCode } = Bun.spawnSync(['bash', '-euc', `${script}\nenv -0`], { env: { PATH } })
  if (exitCode !== 0) throw new Error(`${script}\n${String(stderr)}`)
  const all = String(stdout)
    .split('\0')
    .map((line): [string, string] => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])
  return Object.fromEntries(all.filter(([name]) => /^(OTEL|LANG|TRACE)[A-Z]*_/.test(name)))
}

/**
 * What a client makes of its variables: one trace called "hello", to the address and with the key that the client takes
 * from them. That the clients do so is seen where they are run, in tests/clients.
 */
export const SENDERS: { client: string; step: string; send: Send; statuses: number[] }[] = [
  { client: 'opentelemetry', step: 'opentelemetry', send: asOpenTelemetry, statuses: [200] },
  { client: 'openinference', step: 'openinference', send: asOpenTelemetry, statuses: [200] },
  { client: 'vercel_ai', step: 'vercel-ai', send: asOpenTelemetry, statuses: [200] },
  { client: 'langsmith', step: 'langsmith', send: asLangSmith, statuses: [200, 202] },
  { client: 'langfuse', step: 'langfuse', send: asLangfuseOtel, statuses: [200] },
  {
    ...{ client: 'langfuse', step: 'langfuse-javascript-3', statuses: [207] },
    send: asLangfuse('LANGFUSE_BASEURL'),
  },
  { client: 'langfuse', step: 'langfuse-python-2', send: asLangfuse('LANGFUSE_HOST'), statuses: [207] },
  { client: 'traceloop', step: 'traceloop', send: asTraceloop, statuses: [200] },
]
