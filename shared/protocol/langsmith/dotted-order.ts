import { idKey } from '../../ids.ts'
import { readTime } from '../../time.ts'

/** Where a run stands among the runs of its trace. */
export type Way = { root: string; parent: string | null; start_time: number }

const SEGMENT = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{6})Z(\S+)$/

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)

function readSegment(text: string | undefined): { id: string; at: number } | null {
  const [, year, month, day, hour, minute, second, micros, id] = SEGMENT.exec(text ?? '') ?? []
  if (id === undefined) return null
  const at = readTime(`${year}-${month}-${day}T${hour}:${minute}:${second}.${micros}Z`)
  return at === null ? null : { id, at }
}

/**
 * Reads the way from the root to a run, `<start><id>` for each run on it, joined with dots. It tells the parent and the
 * root even where they never come. Null where it does not end with this run.
 */
export function readDottedOrder(text: string | null | undefined, run_id: string): Way | null {
  const segments = (text ?? '').split('.')
  const own = readSegment(segments.at(-1))
  const root = readSegment(segments[0])
  if (!own || !root || idKey(own.id) !== idKey(run_id)) return null
  const parent = segments.length > 1 ? readSegment(segments.at(-2)) : null
  return { root: root.id, parent: parent?.id ?? null, start_time: own.at }
}

/** The trace that a run names or is, whether or not the rest of it can be read. */
export function traceOf(
  operation: 'post' | 'patch',
  id: string,
  run: Record<string, unknown>,
  way: Way | null = readDottedOrder(textOf(run['dotted_order']), id),
): string | null {
  const is_root = operation === 'post' && !run['parent_run_id']
  return textOf(run['trace_id'] ?? way?.root ?? (is_root ? id : null))
}
