import { grouped } from '../upkeep/progress.ts'
import type { Imported } from './import-mvp.ts'

const COLUMNS = ['read', 'added', 'there', 'refused'] as const
const HEADINGS: Record<(typeof COLUMNS)[number], string> = {
  read: 'read',
  added: 'new',
  there: 'there before',
  refused: 'refused',
}
const WIDTH = 15

const list = (heading: string, lines: string[]): string =>
  lines.length === 0 ? '' : `\n${heading}\n${lines.map((line) => `  ${line}\n`).join('')}`

/** What an import came to, as the operator reads it: each refused row by name, and what there is to do. */
export function summaryOf({ tally, from, left, since }: Imported): string {
  const line = (table: string, cells: string[]) =>
    `${table.padEnd(16)}${cells.map((cell) => cell.padStart(WIDTH)).join('')}\n`
  const rows = Object.entries(tally.tables).map(([table, counts]) =>
    line(
      table,
      COLUMNS.map((column) => grouped(counts[column])),
    ),
  )
  const all = Object.values(tally.reasons).reduce((sum, number) => sum + number, 0)
  const unnamed = all - tally.refused.length
  return [
    since ? `Went on with the run of ${since.toISOString()}.\n` : '',
    `From ${from}:\n\n`,
    line(
      '',
      COLUMNS.map((column) => HEADINGS[column]),
    ),
    ...rows,
    list(
      'Brought over otherwise than it stood there:',
      Object.entries(tally.settled).map(([what, number]) => `${grouped(number)} ${what}`),
    ),
    list(
      'Refused, by reason:',
      Object.entries(tally.reasons).map(([reason, number]) => `${grouped(number)} ${reason}`),
    ),
    list('Refused, by name:', [
      ...tally.refused.map(({ table, id, reason }) => `${table} ${id}: ${reason}`),
      ...(unnamed > 0 ? [`… and ${grouped(unnamed)} more`] : []),
    ]),
    list('Left where it is:', left),
    list('To do:', tally.tasks),
  ].join('')
}
