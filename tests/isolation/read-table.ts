import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Route → principal → status, as a table file has it; lines from # on are remarks. */
export type Table = Map<string, Record<string, string>>

/** Reads a table: a first line that names the principals, then a route and a status for each of them on a line. */
export function readTable(file: string): { principals: string[]; table: Table } {
  const lines = readFileSync(join(import.meta.dir, file), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
  const [head = '', ...rows] = lines
  const principals = head.trim().split(/\s+/)
  const table: Table = new Map()
  for (const row of rows) {
    const [method = '', path = '', ...statuses] = row.trim().split(/\s+/)
    const name = `${method} ${path}`
    if (table.has(name)) throw new Error(`${file} has two rows for ${name}`)
    table.set(name, Object.fromEntries(principals.map((principal, at) => [principal, statuses[at] ?? ''])))
  }
  return { principals, table }
}
