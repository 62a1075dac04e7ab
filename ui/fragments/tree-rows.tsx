import { part } from '../answer.tsx'
import type { Asked } from '../fragment.ts'
import { TreeWindow } from '../parts/span-tree.tsx'
import { tracePath } from '../parts/span-detail.tsx'
import { moved } from '../viewer.ts'
import { loadWindow } from './load-span.ts'

/** `/fragments/traces/{id}/rows`: the rows of the tree that scrolling has come to, for the page that has those before. */
export async function treeRows(asked: Asked): Promise<Response> {
  const alone = asked.viewer.url.searchParams.get('only') === 'rows'
  const first = Number(asked.viewer.url.searchParams.get('first'))
  const viewer = moved(asked.viewer, { first: null, only: null })
  const { tree, size } = await loadWindow({ ...asked, viewer })
  const path = tracePath(asked.params['trace_id'] ?? '')
  const shown = { viewer, path, tree, size, selected: null, added_to: first, alone }
  return part(<TreeWindow {...shown} />, {})
}
