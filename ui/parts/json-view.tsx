import type { Viewer } from '../viewer.ts'
import { CopyButton } from './copy-button.tsx'
import { JsonText } from './json-text.tsx'
import { paintJson } from './json-tree.tsx'
import { escaped } from './said.tsx'
import { MOST_EVER, ShowAll, shownOf } from './show-all.tsx'

const MOST_LINES = 40
const MOST_PRETTY = 8000

type Props = {
  viewer: Viewer
  value: unknown
  id: string
  what: string
  /** Characters to show at first, where many values stand under each other. */
  most?: number
}

/** Indented, unless it is so deep that the indents would be most of it. */
function prettyOf(value: unknown, compact: string): string {
  const pretty = JSON.stringify(value, null, 2) ?? 'null'
  return pretty.length > 10 * compact.length + 1000 ? compact : pretty
}

const Text = ({ viewer, id, what, json }: Pick<Props, 'viewer' | 'id' | 'what'> & { json: string }) => (
  <div class="json">
    <CopyButton viewer={viewer} what={what} from={id} />
    <pre id={id} dir="ltr" tabindex={0}>
      <JsonText json={json} />
    </pre>
  </div>
)

/** A value as readable JSON, with hidden characters as escapes: a short one indented, a long one as a folded tree. */
export const JsonView = ({ viewer, value, id, what, most }: Props) => {
  const compact = JSON.stringify(value) ?? 'null'
  const at = { viewer, id, what }
  if (shownOf(viewer, id) === MOST_EVER) {
    const whole = escaped(prettyOf(value, compact))
    const json = whole.slice(0, MOST_EVER)
    return (
      <>
        <Text {...at} json={json} />
        {json !== whole && <ShowAll viewer={viewer} id={id} size={Buffer.byteLength(compact)} />}
      </>
    )
  }
  if (compact.length <= (most ?? MOST_PRETTY)) {
    const pretty = escaped(prettyOf(value, compact))
    if (pretty.length <= MOST_PRETTY && pretty.split('\n').length <= MOST_LINES)
      return <Text {...at} json={pretty} />
  }
  return (
    <div class="json">
      <div class="json-tree" id={id} dir="ltr">
        {paintJson({ viewer, value, name: null, level: 0, budget: { left: most ?? shownOf(viewer, id) } })}
      </div>
      <ShowAll viewer={viewer} id={id} size={Buffer.byteLength(compact)} />
    </div>
  )
}
