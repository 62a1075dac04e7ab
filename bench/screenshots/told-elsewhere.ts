import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { otlpRequest } from '#shared/testing/otlp.ts'
import { MULTIPART, multipart, run } from '../../tests/attachments/send-runs.ts'
import { graph, spansOf, visit } from '../../tests/otlp/langgraph-wire.ts'
import type { Hub } from '../hub.ts'
import type { At } from './decided.ts'
import type { Place } from './places.ts'

const KEY = { 'x-api-key': 'dev-key' }
const PICTURE = join(import.meta.dir, '../../docs/images/graph.png')

async function send(url: string, body: string | Uint8Array<ArrayBuffer>, type: string): Promise<void> {
  const response = await fetch(url, { method: 'POST', body, headers: { ...KEY, 'content-type': type } })
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
}

/** A run with files as LangSmith's client sends it, and a question that a person answered, by OpenInference. */
export async function openToldElsewhere({ api }: Hub) {
  const seen = run(
    [
      { name: 'screen.png', type: 'image/png', bytes: readFileSync(PICTURE) },
      {
        name: '환불 규정.txt',
        type: 'text/plain',
        bytes: Buffer.from('배송 후 7일 이내에 환불할 수 있습니다.'),
      },
    ],
    { name: 'look at the screen' },
  )
  const files = multipart([seen])
  await send(`${api}${MULTIPART}`, files.body, files.type)
  const task = crypto.randomUUID()
  const error = { type: 'GraphInterrupt', message: '[{"value":"환불해도 될까요?"}]' }
  const runs = [
    graph([visit('plan', 1), visit('approve', 2, { task, error })], 'refund'),
    { name: 'refund', inside: [visit('approve', 2, { task }), visit('act', 3)] },
  ]
  const [asked = ''] = await Promise.all(
    runs.map(async (each, at) => {
      const { trace, spans } = spansOf(each, 'openinference', { from: at * 60 })
      await send(`${api}/v1/traces`, JSON.stringify(otlpRequest(spans)), 'application/json')
      return trace
    }),
  )
  return { seen, asked }
}

/** Where those are seen, and what an empty project says to who comes from another tracer. */
export const toldPlaces = (
  at: At,
  { seen, asked }: Awaited<ReturnType<typeof openToldElsewhere>>,
  empty_id: string,
): Place[] => [
  at('attachments', `/traces/${seen.trace_id}`, { span: seen.id }),
  at('resumed', `/traces/${asked}`, { view: 'graph' }),
  ...['langsmith', 'langfuse'].map((client) => ({
    name: `empty-${client}`,
    path: `/?project_id=${empty_id}&client=${client}`,
  })),
]
