import { encodeRequest, otlpAttributes, otlpRequest } from '#shared/testing/otlp.ts'
import type { BenchBody } from './body.ts'
import { cpuOf } from './cpu.ts'
import { median, printTable, whole } from './figures.ts'
import { startHub, type Hub } from './hub.ts'
import { prepare, send, type Load, type Shape } from './load.ts'

const PROTOBUF = 'application/x-protobuf'
const ROUNDS = 5
const REQUESTS = 1200
const SETTLE_MS = 3000

const idOf = (id: string, digits: number) => id.replaceAll('-', '').slice(-digits)
const nanosOf = (time: string | null) => (time === null ? '0' : `${Date.parse(time)}000000`)
const said = (attributes: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== null))

/** The same trace as an exporter of OpenTelemetry would tell it. */
function otlpOf({ trace, spans }: BenchBody): Record<string, unknown> {
  const traceId = idOf(trace.trace_id, 32)
  const told = spans.map((span, index) => ({
    traceId,
    spanId: idOf(span.span_id, 16),
    ...(span.parent_span_id === null ? {} : { parentSpanId: idOf(span.parent_span_id, 16) }),
    name: span.name,
    startTimeUnixNano: nanosOf(span.start_time),
    endTimeUnixNano: nanosOf(span.end_time),
    status: { code: span.status === 'error' ? 2 : 0 },
    attributes: otlpAttributes(
      said({
        'openinference.span.kind': span.span_type.toUpperCase(),
        'gen_ai.response.model': span.model,
        'gen_ai.usage.input_tokens': span.input_tokens,
        'gen_ai.usage.output_tokens': span.output_tokens,
        'input.value': JSON.stringify(span.input),
        'output.value': JSON.stringify(span.output),
        'gen_ai.request.temperature': span.attributes.temperature,
        ...(index === 0 ? { 'user.id': trace.user_id, 'session.id': trace.session_id } : {}),
      }),
    ),
  }))
  return otlpRequest(told, 'bench', {
    'service.name': 'bench',
    'deployment.environment.name': trace.environment,
  })
}

const shape = { spans: 20, bytes: 2000, connections: 48, encoding: 'zstd' as const }
const door = (type: string, encode: (body: BenchBody) => Uint8Array) => ({ path: '/v1/traces', type, encode })
const SHAPES: Shape[] = [
  { ...shape, name: 'own JSON door' },
  { ...shape, name: 'OTLP protobuf', door: door(PROTOBUF, (body) => encodeRequest(otlpOf(body))) },
  {
    ...shape,
    name: 'OTLP JSON',
    door: door('application/json', (body) => new TextEncoder().encode(JSON.stringify(otlpOf(body)))),
  },
]

type Round = Load & { hub_us: number; postgres_us: number }

async function measure(hub: Hub, each: Shape, requests: number): Promise<Round> {
  const bodies = prepare(each, requests)
  const before = cpuOf(hub.pid, hub.postmaster)
  const load = await send(hub.api, each, bodies)
  const after = cpuOf(hub.pid, hub.postmaster)
  return {
    ...load,
    hub_us: (after.hub - before.hub) / load.spans,
    postgres_us: (after.postgres - before.postgres) / load.spans,
  }
}

const requests = process.argv.includes('--quick') ? 100 : REQUESTS
const hub = await startHub()
try {
  await Bun.sleep(SETTLE_MS)
  for (const each of SHAPES) await measure(hub, each, requests / 5)
  const rounds: Round[][] = SHAPES.map(() => [])
  for (let round = 0; round < ROUNDS; round++)
    for (const [index, each] of SHAPES.entries()) rounds[index]?.push(await measure(hub, each, requests))
  const [own = []] = rounds
  console.log(`# OTLP beside the JSON door: 20 x 2 KB spans, zstd, ${ROUNDS} interleaved rounds\n`)
  printTable(
    ['door', 'spans/s', 'ratio to the JSON door', 'CPU µs/span hub + Postgres + client'],
    SHAPES.map(({ name }, index) => {
      const list = rounds[index] ?? []
      const of = (pick: (round: Round) => number) => median(list.map(pick)).toFixed(1)
      // Each round beside its own neighbour: the machine's speed drifts.
      const ratio = median(list.map((each, at) => each.spans_per_second / (own[at]?.spans_per_second ?? 1)))
      return [
        name,
        whole(median(list.map((each) => each.spans_per_second))),
        ratio.toFixed(2),
        `${of((each) => each.hub_us)} + ${of((each) => each.postgres_us)} + ${of((each) => each.client_us)}`,
      ]
    }),
  )
} finally {
  await hub.stop()
}
