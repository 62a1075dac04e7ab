import { cleanOrNull, isRecord } from '../clean.ts'
import type { NodeRef } from '../saying.ts'

const LONGEST = 1024

const text = (value: unknown) => (typeof value === 'string' ? cleanOrNull(value.slice(0, LONGEST)) : null)

/** Where a node's function stands: `metadata.source_ref` = `{file, line, function}`. */
export function readSourceRef(metadata: unknown): NodeRef['source_ref'] {
  const ref = isRecord(metadata) ? metadata['source_ref'] : undefined
  if (!isRecord(ref)) return null
  const line = ref['line']
  return {
    file: text(ref['file']),
    line: typeof line === 'number' && Number.isInteger(line) && line >= 0 ? line : null,
    function: text(ref['function']),
  }
}

/** The node that a span's attributes name, as the MVP's SDK sends them; null when they name none. */
export function readNodeRef(attributes: Record<string, unknown>): NodeRef | null {
  const node_id = text(attributes['node_id'])
  if (node_id === null) return null
  const parents = attributes['parent_node_ids']
  const parent = text(attributes['parent_node_id'])
  const visit = attributes['visit']
  return {
    run_id: null,
    node_id,
    node_name: text(attributes['node_name']),
    node_type: text(attributes['node_type']),
    parent_node_ids: Array.isArray(parents)
      ? parents.flatMap((id) => text(id) ?? [])
      : parent
        ? [parent]
        : [],
    visit: typeof visit === 'number' && Number.isInteger(visit) && visit > 0 ? visit : null,
    source_ref: readSourceRef(attributes['metadata']),
  }
}
