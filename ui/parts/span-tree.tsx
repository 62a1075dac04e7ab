import { idKey } from '#shared/ids.ts'
import { searchOf, showsPath, spanOf } from '../spans/tree-state.ts'
import type { Viewer } from '../viewer.ts'
import { elementId } from './element-id.ts'
import { Snippets } from './found.tsx'
import { Icon } from './icon.tsx'
import { boosted } from './live.tsx'
import { count } from './quantity.ts'
import { SpanRow, type Tree } from './span-row.tsx'
import { frameOf } from './timing-bar.tsx'
import { WindowNav } from './windowed.tsx'

/** Rows that scrolling adds to a page; after these a link leads on, so that no page grows without end. */
const MOST_ADDED = 2000

type Props = {
  viewer: Viewer
  path: string
  tree: Tree
  /** Rows of a full window. */
  size: number
  /** The id of the selected span as the API has it, where the address named it otherwise. */
  selected: string | null
  /** The first row on the page that these rows are added to; null for the rows that came with the page. */
  added_to?: number | null
  /** Nothing is said of where the rows go on. */
  alone?: boolean
}

/** The state of the page as fields of a form, but for what the form itself says. */
const KeptFields = ({ viewer, changes }: { viewer: Viewer; changes: Record<string, string | null> }) => (
  <>
    {[...new URL(viewer.keep('/', changes), viewer.url).searchParams].map(([name, value]) => (
      <input type="hidden" name={name} value={value} />
    ))}
  </>
)

/** Names rows by what they depend on, so that a page never keeps those of another state. */
const rowsId = (viewer: Viewer, from: number) =>
  elementId(`rows-${from}`, viewer.keep('', { span: null, from: null, whole: null }))

const rowsAt = (viewer: Viewer, path: string, from: number, first: number) =>
  viewer.keep(`/fragments${path}/rows`, { from, first, span: null })

/** Added rows are no part of the fragment that polls: it leaves them alone, and they ask for themselves after news. */
const renewing = (address: string) => ({
  class: 'added',
  'hx-morph-skip': '',
  'hx-get': `${address}&only=rows`,
  'hx-trigger': 'renew',
  'hx-swap': 'outerHTML',
})

/** The rows after a window: they come when they are scrolled to, or by a link. */
const Further = ({ viewer, path, tree, size, added_to }: Props) => {
  const next = tree.from + tree.rows.length
  if (next >= tree.visible_rows) return null
  const first = added_to ?? tree.from
  const to = Math.min(next + size, tree.visible_rows)
  const asks =
    next - first >= MOST_ADDED
      ? {}
      : {
          'hx-get': rowsAt(viewer, path, next, first),
          // The margin: the box may go on below the edge of the screen.
          'hx-trigger': 'intersect once rootMargin:1000px',
          'hx-swap': 'outerHTML',
        }
  return (
    <tbody class="further" id={rowsId(viewer, next)} {...asks}>
      <tr>
        {/* No more than a narrow screen shows: columns that are not there would take their share. */}
        <td colspan={2}>
          <a href={viewer.keep(path, { from: next })} {...boosted('trace-view')}>
            {viewer.text.trace.window(
              count(viewer, next + 1),
              count(viewer, to),
              count(viewer, tree.visible_rows),
            )}
          </a>
        </td>
      </tr>
    </tbody>
  )
}

/** The rows of one window, and where they go on. */
export const TreeWindow = (props: Props) => {
  const { viewer, path, tree, selected, added_to = null } = props
  const frame = frameOf(tree)
  const hits = new Set(tree.hits?.ids)
  const chosen = selected ?? spanOf(viewer)
  const key = chosen === null ? null : idKey(chosen)
  const form = `fold-${tree.from}`
  return (
    <>
      <tbody
        id={added_to === null ? 'rows' : rowsId(viewer, tree.from)}
        data-from={tree.from}
        {...(added_to === null ? {} : renewing(rowsAt(viewer, path, tree.from, added_to)))}
        {...boosted('pane', 'trace-view')}
      >
        {tree.rows.map((row) => (
          <SpanRow
            {...{ viewer, path, row, frame, form }}
            selected={key === idKey(row.id)}
            is_hit={hits.has(row.id)}
          />
        ))}
        <tr hidden={true}>
          <td>
            <form method="get" id={form} action={path} {...boosted('trace-view')}>
              <KeptFields
                viewer={viewer}
                changes={{ from: tree.from === 0 ? null : String(tree.from), toggle: null }}
              />
            </form>
          </td>
        </tr>
      </tbody>
      {!props.alone && <Further {...props} />}
    </>
  )
}

type Hits = NonNullable<Props['tree']['hits']>

/** From one span that was found to the one before or after it, and what the one that is shown says. */
const Jumps = ({ viewer, path, hits }: Pick<Props, 'viewer' | 'path'> & { hits: Hits }) => {
  const { found: text } = viewer.text
  const { ids } = hits
  const key = idKey(spanOf(viewer) ?? '')
  const at = ids.findIndex((id) => idKey(id) === key)
  const to = (place: number) =>
    viewer.keep(path, { span: ids[(place + ids.length) % ids.length] ?? null, from: null })
  const hit = at === -1 ? undefined : hits.found[at]
  return (
    <>
      <span class="jumps">
        <a class="button small" href={to(at === -1 ? -1 : at - 1)}>
          {text.before}
        </a>
        <a class="button small" href={to(at + 1)}>
          {text.after}
        </a>
      </span>
      {hit && hit.snippets.length > 0 && (
        <div class="found">
          <Snippets viewer={viewer} hit={hit} />
        </div>
      )}
    </>
  )
}

/** Finds spans by their text, and shows what held the trace up. */
const Tools = ({ viewer, path, tree }: Props) => {
  const { trace: text } = viewer.text
  const search = searchOf(viewer)
  const on = showsPath(viewer)
  return (
    <div class="tree-tools" {...boosted('trace-view')}>
      <form method="get" action={path} role="search">
        <KeptFields viewer={viewer} changes={{ find: null, from: null, span: null }} />
        <label class="unseen" for="find">
          {text.find}
        </label>
        <input
          id="find"
          type="search"
          name="find"
          value={search}
          maxlength={200}
          placeholder={text.find}
          data-key="/"
          aria-keyshortcuts="/"
        />
        <button class="button small" aria-label={text.find}>
          <Icon name="search" />
        </button>
      </form>
      {search !== '' && (
        <span class="hint" role="status">
          {tree.hits === null || tree.hits.total === 0
            ? text.no_hits
            : text.hits(count(viewer, tree.hits.total))}
          {tree.hits?.is_complete === false && ` ${viewer.text.found.not_all}`}{' '}
          <a href={viewer.keep(path, { find: null })}>{text.clear}</a>
        </span>
      )}
      {tree.hits !== null && tree.hits.ids.length > 0 && (
        <Jumps viewer={viewer} path={path} hits={tree.hits} />
      )}
      <a
        class="button small"
        href={viewer.keep(path, { path: on ? null : 'on' })}
        aria-current={on ? 'true' : undefined}
        title={text.path_means}
      >
        {on ? text.hide_path : text.show_path}
      </a>
    </div>
  )
}

/** The spans of a trace as a tree with the time that each took: a table, since every row leads somewhere. */
export const SpanTree = (props: Props) => {
  const { viewer, path, tree, size } = props
  const { trace: text } = viewer.text
  if (tree.total_spans === 0) return <p class="empty">{text.no_spans}</p>
  const window = { from: tree.from, size, total: tree.visible_rows, items: tree.rows }
  return (
    <>
      <Tools {...props} />
      {tree.spans_truncated && <p class="hint">{text.cut(count(viewer, 200_000))}</p>}
      <WindowNav viewer={viewer} path={path} window={window} />
      <div class="tree-box" role="region" aria-label={text.view_spans} tabindex={0}>
        <table class="tree">
          <thead>
            <tr>
              <th scope="col">{text.name}</th>
              <th scope="col" class="cell-timing">
                {text.timing}
              </th>
              <th scope="col" class="number">
                {text.duration}
              </th>
              <th scope="col" class="number cell-tokens">
                {viewer.text.list.tokens}
              </th>
            </tr>
          </thead>
          <TreeWindow {...props} />
        </table>
      </div>
    </>
  )
}
