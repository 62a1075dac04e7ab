import { exportTraces } from '#shared/contract/traces.ts'
import { SECURITY } from '../answer.tsx'
import type { Asked } from '../fragment.ts'
import { listQuery } from './filter.ts'

/** `/export`: the traces of an address as a file, handed on line by line as the API reads them. */
export async function exportList({ ask, viewer }: Asked): Promise<Response> {
  const { page_size: _size, cursor: _cursor, ...query } = listQuery(viewer)
  const { body } = await ask.stream(exportTraces, { query }, viewer.url.searchParams.get('project_id'))
  return new Response(body, {
    headers: {
      ...SECURITY,
      'content-type': 'application/x-ndjson; charset=utf-8',
      'content-disposition': 'attachment; filename="traces.jsonl"',
      'cache-control': 'no-store',
    },
  })
}
