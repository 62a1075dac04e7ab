import zlib from 'node:zlib'
import type { TestProject } from '#shared/testing/project.ts'
import { openOtlp } from '../otlp/open-otlp.ts'
import { at } from '../query/open-hub.ts'
import { BOUNDARY, multipart, partsOf, type Json, type Part } from './multipart.ts'

export const newId = (): string => crypto.randomUUID()

/** A segment of `dotted_order`. */
export const segment = (seconds: number, id: string): string => `${at(seconds).replaceAll(/[-:.]/g, '')}${id}`

/** A run as a client says it when it begins: a root, or below another one. */
export function newRun(more: Json = {}, parent?: Json): Json {
  const id = newId()
  const order = segment(Number(more['seconds'] ?? 1), id)
  const { seconds = 1, ...rest } = more
  return {
    ...{ id, name: 'work', run_type: 'chain', start_time: at(Number(seconds)), session_name: 'shop' },
    trace_id: parent?.['trace_id'] ?? id,
    dotted_order: parent ? `${String(parent['dotted_order'])}.${order}` : order,
    ...(parent ? { parent_run_id: parent['id'] } : {}),
    ...rest,
  }
}

/** What a client says when a run ends. */
export const endOf = ({ id, trace_id, dotted_order, parent_run_id }: Json, more: Json = {}): Json => ({
  ...{ id, trace_id, dotted_order, parent_run_id },
  end_time: Date.parse(at(2)),
  ...more,
})

type Encoding = 'identity' | 'gzip' | 'zstd'
const COMPRESS: Record<Encoding, (bytes: Buffer) => Uint8Array> = {
  identity: (bytes) => bytes,
  gzip: (bytes) => zlib.gzipSync(bytes),
  zstd: (bytes) => Bun.zstdCompressSync(bytes),
}

/** A hub with LangSmith's doors, and how its clients talk to it. */
export async function openLangsmith() {
  const hub = await openOtlp()

  async function request(
    project: TestProject,
    method: string,
    path: string,
    body: string | Uint8Array,
    headers: Record<string, string> = {},
  ) {
    const sent = typeof body === 'string' ? body : new Uint8Array(body)
    const response = await hub.api.request(method, path, { key: project.key, body: sent, headers })
    // Every answer of the API is a JSON object.
    return { status: response.status, headers: response.headers, json: (await response.json()) as Json }
  }

  const json = (project: TestProject, method: string, path: string, body: unknown) =>
    request(project, method, path, JSON.stringify(body))

  /** Sends the bytes of a multipart body. */
  const sendBytes = (project: TestProject, bytes: Buffer, encoding: Encoding = 'identity', prefix = '') =>
    request(project, 'POST', `${prefix}/runs/multipart`, COMPRESS[encoding](bytes), {
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
    })

  const sendParts = (project: TestProject, parts: Part[], encoding: Encoding = 'identity', prefix = '') =>
    sendBytes(project, multipart(parts), encoding, prefix)

  /** Sends runs that begin and runs that go on; each must be taken. */
  async function tell(project: TestProject, post: Json[], patch: Json[] = []) {
    const parts = [
      ...post.flatMap((run) => partsOf('post', run)),
      ...patch.flatMap((run) => partsOf('patch', run)),
    ]
    const answer = await sendParts(project, parts)
    const rejected = answer.json['rejected']
    if (answer.status !== 202 || !Array.isArray(rejected) || rejected.length > 0)
      throw new Error(`${answer.status}: ${JSON.stringify(answer.json)}`)
    return answer.json
  }

  /** What the hub makes of one run. */
  async function read(run: Json) {
    const project = await hub.mint()
    await tell(project, [run])
    const { span } = await hub.spanOf(project, String(run['trace_id']), String(run['id']))
    return { span, trace: (await hub.traceOf(project, String(run['trace_id']))).trace }
  }

  return { ...hub, request, json, sendBytes, sendParts, tell, read }
}
