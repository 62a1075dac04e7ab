import type { Dated } from './day.ts'
import {
  evaluation,
  eventsRequest,
  header,
  logLine,
  runRequest,
  spanEnded,
  spanStarted,
  traceRequest,
  visit,
  wholeSpan,
  type Request,
} from './wire.ts'
import type { Span } from './story.ts'

/** Starts and ends of spans, in the order in which an app would have sent them. */
function eventsOf({ story, start }: Dated, spans: Span[]) {
  const { trace_id } = story
  const events = [
    ...spans.map((span) => ({ at: span.start, event: spanStarted(trace_id, span, start) })),
    ...spans.flatMap((span) =>
      span.end === null ? [] : [{ at: span.end, event: spanEnded(trace_id, span, start) }],
    ),
    ...story.lines.map((line) => ({ at: line.at, event: logLine(trace_id, line, start) })),
  ]
  return events.toSorted((a, b) => a.at - b.at).map(({ event }) => event)
}

function tellStory(dated: Dated): Request[] {
  const { story, start } = dated
  const said = header(story, start, true)
  if (story.run) {
    const nodes = story.spans.filter(({ node }) => node)
    const inner = story.spans.filter(({ node }) => !node)
    const run = runRequest(
      story,
      said,
      nodes.map((span) => visit(span, start, true)),
    )
    return inner.length > 0 ? [run, eventsRequest(eventsOf(dated, inner))] : [run]
  }
  if (story.lines.length > 0) return [traceRequest(said), eventsRequest(eventsOf(dated, story.spans))]
  return [
    traceRequest(
      said,
      story.spans.map((span) => wholeSpan(story.trace_id, span, start)),
    ),
  ]
}

/** The requests that tell a story of the past: LangGraph runs, event streams and trace batches, each by its own door. */
export const tell = (dated: Dated): Request[] => [
  ...tellStory(dated),
  ...dated.story.verdicts.map((verdict) => evaluation(dated.story.trace_id, verdict)),
]
