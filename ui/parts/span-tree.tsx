import {
  arrangeSpans,
  frameOf,
  MOST_LEVELS,
  type Frame,
  type Row,
  type Span,
} from '../spans/arrange-spans.ts'
import type { Viewer } from '../viewer.ts'
import { Guides } from './guides.tsx'
import { duration, tokens } from './quantity.ts'
import { Said } from './said.tsx'
import { StateIcon } from './state.tsx'
import { TimingBar } from './timing-bar.tsx'
import { elementId } from './element-id.ts'
import type { WholeTrace } from './trace-head.tsx'
import { TypeBadge } from './type-badge.tsx'
import { WindowNav, windowOf } from './windowed.tsx'

const WINDOW = 200

/** Where in the source a node was called, as file and line. */
export const sourceText = ({ source_ref }: Span): string | null =>
  source_ref?.file ? [source_ref.file, source_ref.line].filter((part) => part !== null).join(':') : null

const Mark = ({ viewer, row: { mark, depth } }: { viewer: Viewer; row: Row }) => {
  const { trace: text } = viewer.text
  return (
    <>
      {mark === 'orphan' && (
        <span class="pill pill-warn" title={text.orphan_means}>
          {text.orphan}
        </span>
      )}
      {mark === 'cycle' && (
        <span class="pill pill-warn" title={text.cycle_means}>
          {text.cycle}
        </span>
      )}
      {depth > MOST_LEVELS && <span class="pill" title={text.deeper}>{`+${depth - MOST_LEVELS}`}</span>}
    </>
  )
}

/** What else tells a span from its neighbours: its node and visit, its source, its model. */
const Details = ({ viewer, span }: { viewer: Viewer; span: Span }) => {
  const source = sourceText(span)
  const parts = [
    span.node_id === span.name ? null : span.node_id,
    span.node_visit === null ? null : viewer.text.trace.visit(span.node_visit),
    source,
    span.model,
  ].filter((part) => part !== null)
  if (parts.length === 0) return null
  return (
    <span class="sub">
      {parts.map((part, at) => (
        <>
          {at > 0 && ' · '}
          <Said>{part}</Said>
        </>
      ))}
    </span>
  )
}

type RowProps = { viewer: Viewer; path: string; row: Row; frame: Frame; selected: boolean }

const SpanRow = ({ viewer, path, row, frame, selected }: RowProps) => {
  const { span } = row
  return (
    <tr id={elementId('span', span.id)} class={selected ? 'is-selected' : undefined}>
      <th scope="row">
        <a
          class="span-link"
          href={`${viewer.keep(path, { span: span.id, from: null })}#pane`}
          aria-current={selected ? 'true' : undefined}
        >
          <Guides row={row} />
          <StateIcon viewer={viewer} status={span.status} />
          <span class="span-name">
            <span class="span-title">
              <TypeBadge viewer={viewer} type={span.span_type} />
              <Said>{span.name}</Said>
              <Mark viewer={viewer} row={row} />
            </span>
            <Details viewer={viewer} span={span} />
          </span>
        </a>
      </th>
      <td class="cell-timing">
        <TimingBar span={span} frame={frame} />
      </td>
      <td class="number">{duration(viewer, span.duration_ms)}</td>
      <td class="number cell-tokens">{tokens(viewer, span.input_tokens, span.output_tokens)}</td>
    </tr>
  )
}

type Props = { viewer: Viewer; path: string; trace: WholeTrace; spans: Span[]; selected: string | null }

/** The spans of a trace as a tree with the time that each took. */
export const SpanTree = ({ viewer, path, trace, spans, selected }: Props) => {
  const { trace: text } = viewer.text
  if (spans.length === 0) return <p class="empty">{text.no_spans}</p>
  const rows = arrangeSpans(spans)
  const frame = frameOf(spans, trace)
  const window = windowOf(
    viewer,
    rows,
    WINDOW,
    rows.findIndex(({ span }) => span.id === selected),
  )
  return (
    <>
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
          <tbody>
            {window.items.map((row) => (
              <SpanRow
                viewer={viewer}
                path={path}
                row={row}
                frame={frame}
                selected={row.span.id === selected}
              />
            ))}
          </tbody>
        </table>
      </div>
      <WindowNav viewer={viewer} path={path} window={window} />
    </>
  )
}
