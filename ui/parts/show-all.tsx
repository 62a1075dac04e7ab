import type { Viewer } from '../viewer.ts'
import { bytes } from './quantity.ts'

/** Characters of one payload that a page shows unasked. */
const MOST_SHOWN = 20_000

/** Characters that a page shows at most; the API has the rest. */
export const MOST_EVER = 2_000_000

/** How many characters of a payload to show: more once its own link was followed. */
export const shownOf = ({ url }: Viewer, id: string): number =>
  url.searchParams.get('whole') === id ? MOST_EVER : MOST_SHOWN

type Props = { viewer: Viewer; id: string; size: number }

/** Says that there is more of a payload, and leads to all of it. */
export const ShowAll = ({ viewer, id, size }: Props) => {
  const { payload: text } = viewer.text
  const all = bytes(viewer, size)
  if (shownOf(viewer, id) === MOST_EVER) return <p class="hint">{text.too_long(all)}</p>
  const path = viewer.url.pathname.replace(/^\/fragments/, '')
  return (
    <p class="hint">
      {text.cut}{' '}
      <a href={`${viewer.keep(path, { whole: id })}#${id}`} hx-boost="false">
        {text.show_all(all)}
      </a>
    </p>
  )
}
