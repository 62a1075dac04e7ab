import type { Static } from '@sinclair/typebox'
import type { getTree } from '#shared/contract/tree.ts'
import { idKey } from '#shared/ids.ts'
import { moved, type Viewer } from '../viewer.ts'

/** Levels that have a line of their own; deeper ones share the last. */
export const MOST_LEVELS = 20

/** Folded ids that fit an address; one more unfolds the oldest. */
const MOST_FOLDED = 1600
const BETWEEN = '*'

const pack = (id: string) => encodeURIComponent(idKey(id)).replaceAll(BETWEEN, '%2A')

/** An address may hold anything; the API takes only what can be read again. */
function isPacked(text: string): boolean {
  try {
    return decodeURIComponent(text) !== ''
  } catch {
    return false
  }
}

/** The folded spans of a URL, each as it stands there. */
const foldedOf = ({ url }: Viewer): string[] =>
  (url.searchParams.get('folded') ?? '').slice(0, 4000).split(BETWEEN).filter(isPacked)

/** The same viewer after `toggle` of the URL, which a form of the tree sends: that span folds or unfolds. */
export function toggled(viewer: Viewer): Viewer {
  const toggle = viewer.url.searchParams.get('toggle')
  if (!toggle) return viewer
  const id = pack(toggle)
  const before = foldedOf(viewer)
  const after = before.includes(id) ? before.filter((one) => one !== id) : [...before, id]
  while (after.length > 0 && after.join(BETWEEN).length > MOST_FOLDED) after.shift()
  return moved(viewer, { toggle: null, folded: after.length > 0 ? after.join(BETWEEN) : null })
}

/** Rows of one window: every link of a row carries what is folded, so a long state means fewer rows. */
function sizeOf({ url }: Viewer): number {
  const { length } = url.searchParams.get('folded') ?? ''
  if (length < 250) return 200
  return length < 800 ? 100 : 50
}

export const spanOf = ({ url }: Viewer): string | null => url.searchParams.get('span') || null

export const searchOf = ({ url }: Viewer): string =>
  (url.searchParams.get('find') ?? '').replaceAll(/\p{C}/gu, ' ').trim().slice(0, 200)

export const showsPath = ({ url }: Viewer): boolean => url.searchParams.get('path') === 'on'

/** The question to the API that a URL stands for. */
export function treeQuery(viewer: Viewer): Static<(typeof getTree)['query']> {
  const from = viewer.url.searchParams.get('from') ?? ''
  const folded = foldedOf(viewer).join(',')
  const span = spanOf(viewer)
  const search = searchOf(viewer)
  return {
    n: sizeOf(viewer),
    ...(/^\d{1,6}$/.test(from) ? { from: Number(from) } : {}),
    ...(folded === '' ? {} : { collapsed: folded }),
    ...(span === null || span.length > 255 ? {} : { focus: span }),
    ...(search === '' ? {} : { search }),
  }
}
