import type { Output } from '#shared/contract/endpoint.ts'
import type { getTree } from '#shared/contract/tree.ts'
import { MOST_LEVELS, showsPath } from '../spans/tree-state.ts'
import type { Viewer } from '../viewer.ts'
import { elementId } from './element-id.ts'
import { Guides } from './guides.tsx'
import { Icon } from './icon.tsx'
import { cost, count, duration, tokens } from './quantity.ts'
import { plain, Said } from './said.tsx'
import { StateIcon } from './state.tsx'
import { TimingBar, type Frame } from './timing-bar.tsx'
import { TypeBadge } from './type-badge.tsx'

export type Tree = Output<typeof getTree>
export type Row = Tree['rows'][number]

/** Characters of a name in a row; the pane has all of it. */
const MOST_NAME = 120

const cut = (text: string) => (text.length > MOST_NAME ? `${text.slice(0, MOST_NAME)}…` : text)

/** Where in the source a node was called, as file and line. */
export const sourceText = ({ source_ref }: Pick<Row, 'source_ref'>): string | null =>
  source_ref?.file ? [source_ref.file, source_ref.line].filter((part) => part !== null).join(':') : null

const Mark = ({ viewer, row }: { viewer: Viewer; row: Row }) => {
  const { trace: text } = viewer.text
  const { depth } = row
  return (
    <>
      {row.orphan && (
        <span class="pill pill-warn" title={text.orphan_means}>
          {text.orphan}
        </span>
      )}
      {row.in_cycle && (
        <span class="pill pill-warn" title={text.cycle_means}>
          {text.cycle}
        </span>
      )}
      {depth > MOST_LEVELS && <span class="pill" title={text.deeper}>{`+${depth - MOST_LEVELS}`}</span>}
    </>
  )
}

/** What else tells a span from its neighbours: its node and visit, its source, its model. */
const Details = ({ viewer, row }: { viewer: Viewer; row: Row }) => {
  const parts = [
    row.node_id === row.name ? null : row.node_id,
    row.node_visit === null ? null : viewer.text.trace.visit(row.node_visit),
    sourceText(row),
    row.model,
  ].filter((part) => part !== null)
  const { collapsed, descendants, errors_below } = row
  const { failed_below, folded } = viewer.text.trace
  if (parts.length === 0 && !collapsed) return null
  return (
    <span class="sub">
      {collapsed && errors_below > 0 && (
        <span class="failed-spans">{failed_below(count(viewer, errors_below))} · </span>
      )}
      {collapsed && folded(count(viewer, descendants))}
      {collapsed && parts.length > 0 && ' · '}
      {parts.length > 0 && <Said>{cut(parts.join(' · '))}</Said>}
    </span>
  )
}

/** Folds what is below a row, or shows it again; a row without children keeps its place. */
const Twist = ({ viewer, row, form }: { viewer: Viewer; row: Row; form: string }) => {
  const { trace: text } = viewer.text
  if (!row.has_children) return <span class="twist" />
  return (
    <button
      class="twist"
      id={elementId('twist', row.id)}
      form={form}
      name="toggle"
      value={row.id}
      aria-expanded={row.collapsed ? 'false' : 'true'}
      aria-label={text.below(plain(cut(row.name)), count(viewer, row.descendants))}
    >
      <Icon name="next" />
    </button>
  )
}

const Durations = ({ viewer, row }: { viewer: Viewer; row: Row }) => {
  const { trace: text } = viewer.text
  const { duration_ms, self_ms, critical_ms } = row
  const on_path = showsPath(viewer)
  const under = on_path ? critical_ms : row.has_children ? self_ms : null
  const say = on_path ? text.on_path : text.self
  return (
    <td class="number">
      {duration(viewer, duration_ms)}
      {under !== null && <span class="sub">{say(duration(viewer, under))}</span>}
    </td>
  )
}

type Props = {
  viewer: Viewer
  path: string
  row: Row
  frame: Frame
  selected: boolean
  is_hit: boolean
  form: string
}

const looksOf = ({ viewer, row, selected, is_hit }: Props): string | undefined => {
  const off_path = showsPath(viewer) && !row.on_critical_path
  const looks = [selected && 'is-selected', is_hit && 'is-hit', off_path && 'is-off-path']
  return looks.filter(Boolean).join(' ') || undefined
}

/** One span in the tree: what it is, when it ran, how long and what it used. */
export const SpanRow = (props: Props) => {
  const { viewer, path, row, frame, selected, form } = props
  const { trace: text } = viewer.text
  const used = row.input_tokens !== null || row.output_tokens !== null
  return (
    <tr class={looksOf(props)} data-span={row.id} data-depth={row.depth}>
      <th scope="row">
        <div class="span-cell">
          <Guides {...row} />
          <Twist viewer={viewer} row={row} form={form} />
          <a
            class="span-link"
            href={`${viewer.keep(path, { span: row.id, from: null })}#pane`}
            aria-current={selected ? 'true' : undefined}
          >
            <StateIcon viewer={viewer} status={row.status} />
            <span class="span-name">
              <span class="span-title">
                <TypeBadge viewer={viewer} type={row.span_type} />
                <Said>{cut(row.name)}</Said>
                <Mark viewer={viewer} row={row} />
              </span>
              <Details viewer={viewer} row={row} />
            </span>
            {row.depth > 0 && <span class="unseen">{text.level(row.depth + 1)}</span>}
            {props.is_hit && <span class="unseen">{text.is_hit}</span>}
          </a>
        </div>
      </th>
      <td class="cell-timing">
        <TimingBar span={row} frame={frame} />
      </td>
      <Durations viewer={viewer} row={row} />
      <td class="number cell-tokens">
        {used && tokens(viewer, row.input_tokens, row.output_tokens)}
        {row.cost_usd !== null && <span class="sub">{cost(viewer, row.cost_usd)}</span>}
      </td>
    </tr>
  )
}
