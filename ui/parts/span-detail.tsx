import type { Output } from '#shared/contract/endpoint.ts'
import type { getSpan } from '#shared/contract/traces.ts'
import { isSpanType } from '#shared/schema/span-types.ts'
import { wordFor } from '../text/text.ts'
import type { Viewer } from '../viewer.ts'
import { Attachments } from './attachments.tsx'
import { CopyButton } from './copy-button.tsx'
import { Evaluations } from './evaluations.tsx'
import { Facts } from './facts.tsx'
import { Icon } from './icon.tsx'
import { JsonView } from './json-view.tsx'
import { Payload } from './payload.tsx'
import { cost, count, duration } from './quantity.ts'
import { Said } from './said.tsx'
import { sourceText } from './span-row.tsx'
import { Time } from './time.tsx'
import { Timeline, type Entry } from './timeline.tsx'

export type WholeSpan = Output<typeof getSpan>
type Span = WholeSpan['span']
type At = { viewer: Viewer; span: Span }

export const tracePath = (trace_id: string): string => `/traces/${encodeURIComponent(trace_id)}`

const MOST_EVENTS = 100
const AMENDMENT = 'AMENDMENT'

const said = (text: string | null) => (text === null ? null : <Said>{text}</Said>)

function usage({ viewer, span }: At): string | null {
  const { usage: text } = viewer.text.span
  const parts: [number | null, (n: string) => string][] = [
    [span.input_tokens, text.input],
    [span.output_tokens, text.output],
    [span.cache_read_tokens, text.cached],
    [span.reasoning_tokens, text.reasoning],
  ]
  const known = parts.flatMap(([value, say]) => (value === null ? [] : [say(count(viewer, value))]))
  return known.length === 0 ? null : known.join(', ')
}

function price({ viewer, span }: At) {
  if (span.cost_usd === null) return null
  const source = wordFor(viewer.text.span.cost_source, span.cost_source ?? '')
  return (
    <>
      {cost(viewer, span.cost_usd)}
      {source && <span class="sub">{source}</span>}
    </>
  )
}

const Parent = ({ viewer, span }: At) => (
  <a href={viewer.to(tracePath(span.trace_id), { project_id: span.project_id, span: span.parent_span_id })}>
    <Said>{span.parent_span_id ?? ''}</Said>
  </a>
)

/** Times, tokens, cost and source of a span. */
export const SpanFacts = ({ viewer, span }: At) => {
  const { span: text, trace } = viewer.text
  const at = { viewer, span }
  return (
    <Facts
      items={[
        [trace.started, span.start_time === null ? null : <Time viewer={viewer} at={span.start_time} />],
        [
          trace.ended,
          span.end_time === null ? trace.still_open : <Time viewer={viewer} at={span.end_time} />,
        ],
        [trace.duration, span.duration_ms === null ? null : duration(viewer, span.duration_ms)],
        [text.model, said(span.model)],
        [text.provider, said(span.provider)],
        [text.tokens, usage(at)],
        [text.cost, price(at)],
        [text.node, said(span.node_id)],
        [text.node_type, said(span.node_type)],
        [text.visit, span.node_visit === null ? null : count(viewer, span.node_visit)],
        [
          text.parents,
          span.parent_node_ids.length === 0 ? null : <Said>{span.parent_node_ids.join(', ')}</Said>,
        ],
        [
          text.source,
          said([sourceText(span), span.source_ref?.function].filter(Boolean).join(' · ') || null),
        ],
        [text.type, isSpanType(span.span_type) ? null : said(span.span_type)],
        [
          text.span_id,
          <span class="id">
            <code>
              <Said>{span.id}</Said>
            </code>
            <CopyButton viewer={viewer} what={text.span_id} text={span.id} />
          </span>,
        ],
        [text.parent, span.parent_span_id === null ? null : <Parent {...at} />],
        [text.idempotency_key, said(span.idempotency_key)],
      ]}
    />
  )
}

const ErrorBox = ({ viewer, error }: { viewer: Viewer; error: string }) => (
  <section class="error-box">
    <h3>
      <Icon name="error" />
      {viewer.text.span.error}
    </h3>
    <CopyButton viewer={viewer} what={viewer.text.span.error} text={error} />
    <pre dir="auto">
      <Said>{error}</Said>
    </pre>
  </section>
)

type EntriesProps = At & { title: string; entries: Entry[]; from: number }

/** What was said of a span, in its order; the timeline of the trace has what is too much here. */
const Entries = ({ viewer, title, entries, span, from }: EntriesProps) => {
  if (entries.length === 0) return null
  const shown = entries.slice(0, MOST_EVENTS)
  return (
    <section class="payload">
      <h3>{title}</h3>
      <Timeline viewer={viewer} entries={shown} start={span.start_time} names={null} from={from} />
      {shown.length < entries.length && (
        <p class="hint">{viewer.text.trace.cut(count(viewer, MOST_EVENTS))}</p>
      )}
    </section>
  )
}

/** What went into a span, what came out, and all that was said of it. */
export const SpanBody = ({
  viewer,
  whole: { span, timeline, evaluations },
}: {
  viewer: Viewer
  whole: WholeSpan
}) => {
  const { span: text } = viewer.text
  const is_node = span.node_id !== null
  const amendments = timeline.filter(({ event_type }) => event_type === AMENDMENT)
  const events = timeline.filter(({ event_type }) => event_type !== AMENDMENT)
  return (
    <>
      {span.error !== null && span.error !== '' && <ErrorBox viewer={viewer} error={span.error} />}
      <Payload
        viewer={viewer}
        id="span-input"
        title={is_node ? text.state_in : text.input}
        value={span.input}
      />
      <Payload
        viewer={viewer}
        id="span-output"
        title={is_node ? text.state_out : text.output}
        value={span.output}
      />
      <Attachments viewer={viewer} span={span} />
      {Object.keys(span.attributes).length > 0 && (
        <section class="payload">
          <h3>{text.attributes}</h3>
          <JsonView viewer={viewer} value={span.attributes} id="span-attributes" what={text.attributes} />
        </section>
      )}
      {evaluations.length > 0 && (
        <section class="payload">
          <h3>{text.evaluations}</h3>
          <Evaluations viewer={viewer} evaluations={evaluations} />
        </section>
      )}
      <Entries viewer={viewer} title={text.amendments} entries={amendments} span={span} from={MOST_EVENTS} />
      <Entries viewer={viewer} title={text.events} entries={events} span={span} from={0} />
    </>
  )
}
