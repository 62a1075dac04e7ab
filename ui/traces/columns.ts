import type { Viewer } from '../viewer.ts'

/** All columns that a list of traces can have, in their order. */
export const COLUMNS = [
  'state',
  'start',
  'name',
  'decision',
  'input',
  'output',
  'duration',
  'spans',
  'tokens',
  'cost',
  'model',
  'who',
  'evals',
  'tags',
  'release',
  'review',
] as const
export type Column = (typeof COLUMNS)[number]

const EXTRA = new Set<Column>(['spans', 'tags', 'release', 'review'])
const USUAL = COLUMNS.filter((column) => !EXTRA.has(column))

/** The one column that is always there: it leads to the trace. */
const NEEDED: Column = 'name'

const isColumn = (text: string): text is Column => COLUMNS.some((column) => column === text)

/** The columns that an address asks for. */
export function columnsOf({ url }: Viewer): Column[] {
  const said = (url.searchParams.get('cols') ?? '').split('.').filter(isColumn)
  if (said.length === 0) return USUAL
  return COLUMNS.filter((column) => column === NEEDED || said.includes(column))
}

/** Where a form has sent its columns one by one, they stand in one parameter; the usual ones need none. */
export function foldColumns(params: URLSearchParams): URLSearchParams {
  const folded = new URLSearchParams([...params].filter(([name]) => name !== 'col'))
  const said = params.getAll('col').filter(isColumn)
  if (said.length === 0) return folded
  const is_usual = USUAL.every((column) => said.includes(column)) && said.length === USUAL.length
  if (is_usual) folded.delete('cols')
  else folded.set('cols', COLUMNS.filter((column) => said.includes(column)).join('.'))
  return folded
}
