import type { Output } from '#shared/contract/endpoint.ts'
import { listValues } from '#shared/contract/traces.ts'
import { CallError } from '#shared/http/call.ts'
import type { Asked } from '../fragment.ts'
import { listQuery } from './filter.ts'

/** What the traces of the window say, to choose from; null when it cannot be read: a filter can be written without. */
export async function loadValues({ ask, viewer }: Asked): Promise<Output<typeof listValues> | null> {
  const { start_time, end_time } = listQuery(viewer)
  const query = { ...(start_time && { start_time }), ...(end_time && { end_time }) }
  try {
    return await ask(listValues, { query }, viewer.url.searchParams.get('project_id'))
  } catch (error) {
    if (error instanceof CallError) return null
    throw error
  }
}
