import type { testApi } from '#shared/testing/api.ts'
import type { TestProject } from '#shared/testing/project.ts'
import type { File } from './files.ts'

export const MULTIPART = '/runs/multipart'

type Api = ReturnType<typeof testApi>
type Part = { name: string; type: string; bytes: Uint8Array }

/** What a run is, and what comes with it; `ends` is for one that a request before has begun. */
export type Run = {
  id: string
  trace_id: string
  name: string
  files: File[]
  parent?: string
  ends?: boolean
}

const STARTED = Date.now() - 9000

const stamp = (at: number, id: string) =>
  `${new Date(at).toISOString().replaceAll(/[-:.]/g, '').replace('Z', '000Z')}${id}`

/** A run, and by default a trace of its own. */
export function run(files: File[], more: Partial<Run> = {}): Run {
  const id = crypto.randomUUID()
  return { id, trace_id: id, name: 'look at it', files, ...more }
}

function partsOf({ id, trace_id, name, files, parent, ends }: Run): Part[] {
  const order = parent ? `${stamp(STARTED, parent)}.${stamp(STARTED + 1, id)}` : stamp(STARTED, id)
  const said = {
    ...{ id, trace_id, name, run_type: 'llm', dotted_order: order, parent_run_id: parent },
    ...{
      start_time: new Date(STARTED).toISOString(),
      end_time: new Date(STARTED + (ends ? 900 : 500)).toISOString(),
    },
    session_name: 'default',
  }
  const json = (part: string, value: unknown): Part => ({
    name: part,
    type: 'application/json',
    bytes: Buffer.from(JSON.stringify(value)),
  })
  const operation = ends ? 'patch' : 'post'
  return [
    json(`${operation}.${id}`, said),
    json(`${operation}.${id}.inputs`, { question: name }),
    json(`${operation}.${id}.outputs`, { answer: 'seen' }),
    ...files.map((file) => ({ ...file, name: `attachment.${id}.${file.name}` })),
  ]
}

/** The bytes of a request as the clients of LangSmith write it, and the header that names its boundary. */
export function multipart(runs: Run[]): { body: Uint8Array<ArrayBuffer>; type: string } {
  const boundary = `----LangSmithFormBoundary${crypto.randomUUID().slice(0, 8)}`
  const pieces = runs
    .flatMap(partsOf)
    .flatMap(({ name, type, bytes }) => [
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n` +
          `Content-Type: ${type}; length=${bytes.length}\r\n\r\n`,
      ),
      bytes,
      Buffer.from('\r\n'),
    ])
  const body = Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)])
  return { body: Uint8Array.from(body), type: `multipart/form-data; boundary=${boundary}` }
}

/** Sends runs with their files through the door of LangSmith's clients. */
export async function sendRuns(api: Api, { key }: TestProject, runs: Run[]): Promise<Response> {
  const { body, type } = multipart(runs)
  return api.request('POST', MULTIPART, { key, body, headers: { 'content-type': type } })
}

/** The same for what must be taken whole. */
export async function mustSend(api: Api, project: TestProject, runs: Run[]): Promise<void> {
  const response = await sendRuns(api, project, runs)
  if (!response.ok) throw new Error(`${MULTIPART} gave ${response.status}: ${await response.text()}`)
}

/** An attachment as the span's answer lists it. */
export type Listed = { id: string; name: string; content_type: string; bytes: number; url: string }

/** What the answer of a span lists. */
export async function listed(api: Api, { key }: TestProject, { id, trace_id }: Run): Promise<Listed[]> {
  const response = await api.request('GET', `/api/v1/traces/${trace_id}/spans/${id}`, { key })
  const answer = await response.text()
  if (!response.ok) throw new Error(`the span gave ${response.status}: ${answer}`)
  const { span } = JSON.parse(answer) as { span: { attachments: Listed[] } }
  return span.attachments
}

/** The only file of a run, or the one of this name. */
export async function fileOf(api: Api, project: TestProject, of: Run, name?: string): Promise<Listed> {
  const all = await listed(api, project, of)
  const found = name === undefined ? all[0] : all.find((one) => one.name === name)
  if (!found) throw new Error(`the span lists no ${name ?? 'file'}: ${JSON.stringify(all)}`)
  return found
}
