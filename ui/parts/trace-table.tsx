import type { Static } from '@sinclair/typebox'
import type { Child } from 'hono/jsx'
import type { TraceInList } from '#shared/contract/traces.ts'
import { Meter } from '../charts/meter.tsx'
import { columnsOf, type Column } from '../traces/columns.ts'
import { toList } from '../traces/filter.ts'
import { ActionMark } from '../decisions/action-mark.tsx'
import type { Viewer } from '../viewer.ts'
import { elementId } from './element-id.ts'
import { Marked } from './marked.tsx'
import { Found, type Hit } from './found.tsx'
import { cost, count, duration, tokens } from './quantity.ts'
import { plain, Said } from './said.tsx'
import { State } from './state.tsx'
import { Time } from './time.tsx'

type Trace = Static<typeof TraceInList> & { found?: Hit[] }
type At = {
  viewer: Viewer
  trace: Trace
  /** Texts that were searched for. */
  marks: string[]
  /** The longest trace on the page, which the bars are measured by. */
  longest: number
}

const SHORT = 8

const Name = ({ viewer, trace, marks }: At) => (
  <>
    <a
      class="row-link"
      href={viewer.to(`/traces/${encodeURIComponent(trace.id)}`, { project_id: trace.project_id })}
    >
      <Marked text={trace.name ?? viewer.text.list.unnamed} marks={marks} />
    </a>
    <span class="sub" title={plain(trace.id)}>
      <Said>{trace.id.length > 2 * SHORT ? `${trace.id.slice(0, SHORT)}…` : trace.id}</Said>
    </span>
  </>
)

const Fate = ({ viewer, trace: { status, stale, error_count } }: At) => (
  <>
    <State viewer={viewer} status={status} stale={stale} />
    {error_count > 0 && (
      <span class="failed-spans">
        {error_count === 1 ? viewer.text.list.one_error : viewer.text.list.errors(count(viewer, error_count))}
      </span>
    )}
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
  <a class="quiet-link" href={toList(viewer, { [name]: value })} title={title}>
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

const Preview = ({ text, marks }: { text: string | null; marks: string[] }) => (
  <span class="preview" dir="auto">
    {text !== null && <Marked text={text} marks={marks} />}
  </span>
)

const Decision = ({ viewer, trace: { decision } }: At) => {
  const action = typeof decision?.['action'] === 'string' ? decision['action'] : null
  const reason = typeof decision?.['reason_code'] === 'string' ? decision['reason_code'] : null
  return (
    action !== null && (
      <>
        <ActionMark viewer={viewer} action={action} />
        {reason !== null && (
          <span class="sub">
            <Said>{reason}</Said>
          </span>
        )}
      </>
    )
  )
}

const Review = ({ viewer, trace: { user_review_passed: passed } }: At) =>
  passed !== null && (
    <span class={passed ? 'pill pill-good' : 'pill pill-bad'}>
      {passed ? viewer.text.list.passed : viewer.text.list.failed}
    </span>
  )

/** How many evaluations passed, of how many. */
const Evals = ({ viewer, trace: { evaluations } }: At) => {
  const { passed, total } = evaluations
  return (
    total > 0 && (
      <span class={passed === total ? 'pill pill-good' : 'pill pill-bad'}>
        {viewer.text.list.evals(count(viewer, passed), count(viewer, total))}
      </span>
    )
  )
}

const Length = ({ viewer, trace: { duration_ms }, longest }: At) => (
  <>
    {duration(viewer, duration_ms)}
    {duration_ms !== null && longest > 0 && <Meter share={duration_ms / longest} kind="latency" />}
  </>
)

const Model = ({ trace: { model, environment } }: At) => (
  <>
    {model !== null && <Said>{model}</Said>}
    {environment !== null && (
      <span class="sub">
        <Said>{environment}</Said>
      </span>
    )}
  </>
)

const Tags = ({ viewer, trace: { tags } }: At) => (
  <>
    {tags.map((tag) => (
      <Filtering viewer={viewer} name="tag" value={tag} title={plain(tag)} />
    ))}
  </>
)

type Cell = { look: string; show: (at: At) => Child }

/** What stands in each column; numbers are the ones that are set flush right. */
const CELLS: Record<Column, Cell> = {
  state: {
    look: 'cell-state',
    show: (at) => <Fate {...at} />,
  },
  start: {
    look: 'cell-time',
    show: ({ viewer, trace }) => <Time viewer={viewer} at={trace.start_time} relative={true} />,
  },
  name: { look: 'cell-name', show: (at) => <Name {...at} /> },
  decision: { look: 'cell-decision', show: (at) => <Decision {...at} /> },
  input: {
    look: 'cell-preview',
    show: ({ trace, marks }) => <Preview text={trace.input_text} marks={marks} />,
  },
  output: {
    look: 'cell-preview',
    show: ({ trace, marks }) => <Preview text={trace.output_text} marks={marks} />,
  },
  duration: { look: 'number cell-duration', show: (at) => <Length {...at} /> },
  spans: {
    look: 'number cell-spans',
    show: ({ viewer, trace }) => `${count(viewer, trace.ended_spans)}/${count(viewer, trace.total_spans)}`,
  },
  tokens: {
    look: 'number cell-tokens',
    show: ({ viewer, trace: { input_tokens, output_tokens } }) =>
      input_tokens + output_tokens === 0
        ? tokens(viewer, null, null)
        : tokens(viewer, input_tokens, output_tokens),
  },
  cost: { look: 'number cell-cost', show: ({ viewer, trace }) => cost(viewer, trace.cost_usd) },
  model: { look: 'cell-model', show: (at) => <Model {...at} /> },
  who: { look: 'cell-who', show: (at) => <Who {...at} /> },
  evals: { look: 'cell-evals', show: (at) => <Evals {...at} /> },
  tags: { look: 'cell-tags', show: (at) => <Tags {...at} /> },
  release: {
    look: 'cell-release',
    show: ({ trace }) => trace.release !== null && <Said>{trace.release}</Said>,
  },
  review: { look: 'cell-review', show: (at) => <Review {...at} /> },
}

/** Columns that only stand where some trace of the page has something in them. */
const SHOWN_WITH: Partial<Record<Column, (trace: Trace) => boolean>> = {
  decision: ({ decision }) => decision !== null,
  evals: ({ evaluations }) => evaluations.total > 0,
}

/** On a narrow screen these say by themselves what they are. */
const UNLABELLED = new Set<Column>(['state', 'start', 'name'])

/** Below its trace stands what its spans say. */
const FoundRow = ({ at, columns }: { at: At; columns: Column[] }) => {
  const { viewer, trace, marks } = at
  const hits = (trace.found ?? []).filter(({ snippets }) => snippets.length > 0)
  if (hits.length === 0) return null
  return (
    <tr id={elementId('found', trace.id)} class="found-row" role="row">
      <td role="cell" colspan={columns.length}>
        <Found viewer={viewer} trace={trace} hits={hits} find={marks.length === 1 ? (marks[0] ?? '') : ''} />
      </td>
    </tr>
  )
}

const Row = ({ at, columns }: { at: At; columns: Column[] }) => (
  <tr id={elementId('trace', at.trace.id)} role="row">
    {columns.map((column) => (
      <td
        role="cell"
        class={CELLS[column].look}
        data-label={UNLABELLED.has(column) ? undefined : at.viewer.text.columns[column]}
      >
        {CELLS[column].show(at)}
      </td>
    ))}
  </tr>
)

type Props = { viewer: Viewer; traces: Trace[]; marks: string[] }

/** Traces as rows; on a narrow screen each row stands as a card. */
export const TraceTable = ({ viewer, traces, marks }: Props) => {
  const { list, columns: names } = viewer.text
  const columns = columnsOf(viewer).filter((column) => traces.some(SHOWN_WITH[column] ?? (() => true)))
  const longest = Math.max(0, ...traces.map(({ duration_ms }) => duration_ms ?? 0))
  return (
    <div class="table-box traces-box" role="region" aria-label={list.title} tabindex={0}>
      <table class="traces" role="table">
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <th
                scope="col"
                role="columnheader"
                class={CELLS[column].look}
                title={column === 'spans' ? list.spans_means : undefined}
              >
                {names[column]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {traces.map((trace) => (
            <>
              <Row at={{ viewer, trace, marks, longest }} columns={columns} />
              <FoundRow at={{ viewer, trace, marks, longest }} columns={columns} />
            </>
          ))}
        </tbody>
      </table>
    </div>
  )
}
