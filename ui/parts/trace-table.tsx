import type { Static } from '@sinclair/typebox'
import type { ListedTrace } from '#shared/contract/traces.ts'
import type { Viewer } from '../viewer.ts'
import { elementId } from './element-id.ts'
import { cost, count, duration, tokens } from './quantity.ts'
import { plain, Said } from './said.tsx'
import { State } from './state.tsx'
import { Time } from './time.tsx'

type Trace = Static<typeof ListedTrace>
type At = { viewer: Viewer; trace: Trace }

const SHORT = 8

const Name = ({ viewer, trace }: At) => (
  <>
    <a
      class="row-link"
      href={viewer.to(`/traces/${encodeURIComponent(trace.id)}`, { project_id: trace.project_id })}
    >
      <Said>{trace.name ?? viewer.text.list.unnamed}</Said>
    </a>
    <span class="sub" title={plain(trace.id)}>
      <Said>{trace.id.length > 2 * SHORT ? `${trace.id.slice(0, SHORT)}…` : trace.id}</Said>
      {trace.error_count > 0 && (
        <span class="failed-spans">
          {trace.error_count === 1
            ? viewer.text.list.one_error
            : viewer.text.list.errors(count(viewer, trace.error_count))}
        </span>
      )}
    </span>
  </>
)

const Filtering = ({
  viewer,
  name,
  value,
  title,
}: {
  viewer: Viewer
  name: string
  value: string
  title: string
}) => (
  <a class="quiet-link" href={viewer.keep('/', { [name]: value, cursor: null })} title={title}>
    <Said>{value}</Said>
  </a>
)

const Who = ({ viewer, trace: { user_id, session_id } }: At) => (
  <>
    {user_id !== null && (
      <Filtering viewer={viewer} name="user_id" value={user_id} title={viewer.text.list.filter_user} />
    )}
    {session_id !== null && (
      <span class="sub">
        <Filtering
          viewer={viewer}
          name="session_id"
          value={session_id}
          title={viewer.text.list.filter_session}
        />
      </span>
    )}
  </>
)

const Preview = ({ text }: { text: string | null }) => (
  <span class="preview" dir="auto">
    {text === null ? null : <Said>{text}</Said>}
  </span>
)

const Row = ({ viewer, trace }: At) => {
  const { list } = viewer.text
  return (
    <tr id={elementId('trace', trace.id)} role="row">
      <td role="cell" class="cell-state">
        <State viewer={viewer} status={trace.status} stale={trace.stale} />
      </td>
      <td role="cell" class="cell-time">
        <Time viewer={viewer} at={trace.start_time} relative={true} />
      </td>
      <td role="cell" class="cell-name">
        <Name viewer={viewer} trace={trace} />
      </td>
      <td role="cell" class="cell-preview" data-label={list.input}>
        <Preview text={trace.input_text} />
      </td>
      <td role="cell" class="cell-preview" data-label={list.output}>
        <Preview text={trace.output_text} />
      </td>
      <td role="cell" class="number" data-label={list.duration}>
        {duration(viewer, trace.duration_ms)}
      </td>
      <td role="cell" class="number" data-label={list.spans}>
        {`${count(viewer, trace.ended_spans)}/${count(viewer, trace.total_spans)}`}
      </td>
      <td role="cell" class="number" data-label={list.tokens}>
        {trace.input_tokens + trace.output_tokens === 0
          ? tokens(viewer, null, null)
          : tokens(viewer, trace.input_tokens, trace.output_tokens)}
      </td>
      <td role="cell" class="number" data-label={list.cost}>
        {cost(viewer, trace.cost_usd)}
      </td>
      <td role="cell" class="cell-model" data-label={list.model}>
        {trace.model !== null && <Said>{trace.model}</Said>}
        {trace.environment !== null && (
          <span class="sub">
            <Said>{trace.environment}</Said>
          </span>
        )}
      </td>
      <td role="cell" class="cell-who" data-label={list.who}>
        <Who viewer={viewer} trace={trace} />
      </td>
    </tr>
  )
}

/** Traces as rows; on a narrow screen each row stands as a card. */
export const TraceTable = ({ viewer, traces }: { viewer: Viewer; traces: Trace[] }) => {
  const { list } = viewer.text
  return (
    <div class="table-box" role="region" aria-label={list.title} tabindex={0}>
      <table class="traces" role="table">
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">
              {list.state}
            </th>
            <th scope="col" role="columnheader">
              {list.started}
            </th>
            <th scope="col" role="columnheader">
              {list.trace}
            </th>
            <th scope="col" role="columnheader">
              {list.input}
            </th>
            <th scope="col" role="columnheader">
              {list.output}
            </th>
            <th scope="col" role="columnheader" class="number">
              {list.duration}
            </th>
            <th scope="col" role="columnheader" class="number" title={list.spans_means}>
              {list.spans}
            </th>
            <th scope="col" role="columnheader" class="number">
              {list.tokens}
            </th>
            <th scope="col" role="columnheader" class="number">
              {list.cost}
            </th>
            <th scope="col" role="columnheader">
              {list.model}
            </th>
            <th scope="col" role="columnheader">
              {list.who}
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {traces.map((trace) => (
            <Row viewer={viewer} trace={trace} />
          ))}
        </tbody>
      </table>
    </div>
  )
}
