import { foldForm } from '../query-bar/fold-form.ts'
import { foldColumns } from './columns.ts'

/** The address of the list as it should be, when it is not: forms send empty fields and each box for itself. */
export function tidied({ searchParams }: URL): string | null {
  const folded = foldColumns(foldForm(searchParams))
  const is_timed = Boolean(folded.get('from') || folded.get('to'))
  const kept = [...folded].filter(([name, value]) => value !== '' && !(is_timed && name === 'range'))
  const address = new URLSearchParams(kept).toString()
  return address === searchParams.toString() ? null : `/?${address}`
}
