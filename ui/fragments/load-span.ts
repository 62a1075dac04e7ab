import { getSpan } from '#shared/contract/traces.ts'
import { getTree } from '#shared/contract/tree.ts'
import { CallError } from '#shared/http/call.ts'
import type { Asked } from '../fragment.ts'
import { loadResumptions, type Resumption } from '../parts/resumptions.tsx'
import type { WholeSpan } from '../parts/span-detail.tsx'
import type { Tree } from '../parts/span-row.tsx'
import { spanOf, treeQuery } from '../spans/tree-state.ts'

const at = ({ params }: Asked) => ({ trace_id: params['trace_id'] ?? '' })

export const projectIn = ({ url }: Asked['viewer']): string => url.searchParams.get('project_id') ?? ''

/** The span that the URL selects; `gone` where the trace has none with that id. */
async function loadSpan(asked: Asked): Promise<WholeSpan | 'gone' | null> {
  const span_id = spanOf(asked.viewer)
  if (span_id === null) return null
  try {
    return await asked.ask(getSpan, { params: { ...at(asked), span_id } }, projectIn(asked.viewer))
  } catch (error) {
    if (error instanceof CallError && (error.status === 404 || error.status === 422)) return 'gone'
    throw error
  }
}

/** The selected span; `resumptions` where it is a visit that asked a person, or that went on with the answer. */
type Selected = { selected: WholeSpan | 'gone' | null; resumptions: Resumption[] }
type Window = Selected & { tree: Tree; size: number }

async function loadSelected(asked: Asked): Promise<Selected> {
  const selected = await loadSpan(asked)
  if (selected === null || selected === 'gone' || selected.span.node_id === null)
    return { selected, resumptions: [] }
  return { selected, resumptions: await loadResumptions(asked, selected.span, selected.span.id) }
}

/**
 * The selected span, the window of the tree around it or where the URL says, and how many rows a full one has; a new
 * search starts at its first hit.
 */
export async function loadWindow(asked: Asked, n?: number): Promise<Window> {
  // The address may name a node; the tree knows spans.
  const chosen = await loadSelected(asked)
  const { selected } = chosen
  const focus = selected === null || selected === 'gone' ? {} : { focus: selected.span.id }
  const query = { ...treeQuery(asked.viewer), ...focus }
  const size = n ?? query.n ?? 200
  const project = projectIn(asked.viewer)
  const input = (more: object) => ({ params: at(asked), query: { ...query, n: size, ...more } })
  const tree = await asked.ask(getTree, input({}), project)
  const first = tree.hits?.ids[0]
  const seen = first === undefined || tree.rows.some(({ id }) => tree.hits?.ids.includes(id))
  if (seen || query.from !== undefined || query.focus !== undefined || n !== undefined)
    return { ...chosen, tree, size }
  return { ...chosen, tree: await asked.ask(getTree, input({ focus: first }), project), size }
}
