import type { Static } from '@sinclair/typebox'
import type { Trace } from '#shared/contract/traces.ts'
import type { Viewer } from '../viewer.ts'
import { CopyButton } from './copy-button.tsx'
import { Facts } from './facts.tsx'
import { cost, count, duration } from './quantity.ts'
import { Said } from './said.tsx'
import { State } from './state.tsx'
import { Time } from './time.tsx'

export type WholeTrace = Static<typeof Trace>

type Props = {
  viewer: Viewer
  trace: WholeTrace
  path: string
  /** The failed span after the selected one, where it is known. */
  next_failed?: string | undefined
}

const Id = ({ viewer, name, id }: { viewer: Viewer; name: string; id: string }) => (
  <span class="id">
    <code>
      <Said>{id}</Said>
    </code>
    <CopyButton viewer={viewer} what={name} text={id} />
  </span>
)

const said = (text: string | null) => (text === null ? null : <Said>{text}</Said>)

/** A value that leads to all traces with the same. */
const Same = ({
  viewer,
  trace,
  name,
  value,
}: {
  viewer: Viewer
  trace: WholeTrace
  name: string
  value: string
}) => (
  <a href={viewer.to('/', { project_id: trace.project_id, [name]: value })}>
    <Said>{value}</Said>
  </a>
)

const Errors = ({ viewer, trace, path, next_failed }: Props) => {
  const number = count(viewer, trace.error_count)
  if (next_failed === undefined) return <span class="failed-spans">{number}</span>
  return (
    <a
      class="failed-spans"
      href={`${viewer.keep(path, { span: next_failed, view: null, from: null })}#pane`}
      title={viewer.text.trace.next_error}
    >
      {number}
    </a>
  )
}

/** What a person has said of the trace, and the way to say it. */
const Review = ({ viewer, trace, path }: Props) => {
  const { trace: text } = viewer.text
  const { user_review_passed: passed } = trace
  return (
    <a href={`${viewer.keep(path, { view: 'evaluations', span: null, from: null })}#review`}>
      {passed === null ? text.no_review : passed ? text.passed : text.failed}
    </a>
  )
}

/** Null where nobody said when it ended, and nothing of it is still under way: a trace of which there is only a decision. */
function durationOf(viewer: Viewer, { duration_ms, status, has_open_spans }: WholeTrace): string | null {
  if (duration_ms !== null) return duration(viewer, duration_ms)
  return status === 'running' || has_open_spans ? viewer.text.trace.still_open : null
}

function factsOf(props: Props): Parameters<typeof Facts>[0]['items'] {
  const { viewer, trace } = props
  const { trace: text } = viewer.text
  const link = (name: string, value: string | null) =>
    value === null ? null : <Same viewer={viewer} trace={trace} name={name} value={value} />
  const used = trace.input_tokens + trace.output_tokens > 0
  const split = viewer.text.figures.tokens_split(
    count(viewer, trace.input_tokens),
    count(viewer, trace.output_tokens),
  )
  return [
    [text.started, <Time viewer={viewer} at={trace.start_time} relative={true} />],
    [text.duration, durationOf(viewer, trace)],
    [text.spans, `${count(viewer, trace.ended_spans)} / ${count(viewer, trace.total_spans)}`],
    [text.errors, trace.error_count > 0 ? <Errors {...props} /> : null],
    [text.tokens, used ? split : null],
    [text.cost, trace.cost_usd === null ? null : cost(viewer, trace.cost_usd)],
    [text.model, link('model', trace.model)],
    [text.environment, link('environment', trace.environment)],
    [text.release, said(trace.release)],
    [text.user, link('user_id', trace.user_id)],
    [text.session, link('session_id', trace.session_id)],
    [
      text.tags,
      trace.tags.length === 0
        ? null
        : trace.tags.map((tag) => <Same viewer={viewer} trace={trace} name="tag" value={tag} />),
    ],
    [text.review, <Review {...props} />],
    [text.external_id, said(trace.external_trace_id)],
  ]
}

/** What a trace is, in a few lines. */
export const TraceHead = (props: Props) => {
  const { viewer, trace } = props
  return (
    <header class="trace-head">
      <div class="page-head">
        <h1>
          <Said>{trace.name ?? viewer.text.list.unnamed}</Said>
        </h1>
        <State viewer={viewer} status={trace.status} stale={trace.stale} />
        <Id viewer={viewer} name={viewer.text.trace.trace_id} id={trace.id} />
      </div>
      <Facts items={factsOf(props)} />
    </header>
  )
}
