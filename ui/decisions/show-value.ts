import { escaped } from '../parts/said.tsx'
import { count } from '../parts/quantity.ts'
import { wordFor } from '../text/text.ts'
import type { Viewer } from '../viewer.ts'

const LONGEST = 200

/** What stands for a value that an explanation does not show: one member that says what it is. */
function markOf(value: unknown): [name: string, said: unknown] | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const [first, second] = Object.entries(value)
  return first !== undefined && second === undefined ? first : null
}

/** A value as an explanation has it, in words: what is missing by its name, a long or searched text by its size. */
export function showValue(viewer: Viewer, value: unknown): string {
  const { ladder: text } = viewer.text.decisions
  const [name, said] = markOf(value) ?? ['', null]
  const size = typeof said === 'number' ? count(viewer, said) : ''
  if (name === 'unknown' && typeof said === 'string') return wordFor(text.unknown, said) ?? said
  if (name === 'characters' && size !== '') return text.characters(size)
  if (name === 'items' && size !== '') return text.items(size)
  if (name === 'fields' && size !== '') return text.fields(size)
  const json = escaped(JSON.stringify(value) ?? 'null')
  return json.length > LONGEST ? `${json.slice(0, LONGEST)}…` : json
}
