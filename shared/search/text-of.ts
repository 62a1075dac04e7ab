import { isRecord } from '../protocol/clean.ts'

const MOST_DEPTH = 64

function write(value: unknown, lines: string[], lead: string, depth: number): void {
  if (value === null || value === undefined) return
  if (typeof value === 'string') lines.push(lead + value)
  else if (typeof value !== 'object') lines.push(lead + String(value))
  else if (depth === MOST_DEPTH) lines.push(lead + JSON.stringify(value))
  else if (Array.isArray(value)) {
    if (lead) lines.push(lead)
    for (const element of value) write(element, lines, '', depth + 1)
  } else if (isRecord(value)) {
    if (lead) lines.push(lead)
    for (const [name, member] of Object.entries(value)) write(member, lines, `${name}: `, depth + 1)
  }
}

/** A value as a text to search: a text as it is; of anything else each leaf on a line of its own, after its name. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  const lines: string[] = []
  write(value, lines, '', 0)
  return lines.join('\n')
}
