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
  type Request,
} from './wire.ts'

/** A story in real time, and up to which of its milliseconds it has been told. */
export type Playing = Dated & { told_until: number }

/** The requests that tell what happened since the last tick, as an app sends it while it runs. */
export function tick(playing: Playing, now: number): Request[] {
  const { story, start, told_until } = playing
  const until = now - start
  const isNew = (at: number | null): boolean => at !== null && at > told_until && at <= until
  const { trace_id, spans } = story
  const began = spans.filter((span) => isNew(span.start))
  const ended = spans.filter((span) => isNew(span.end))
  const has_ended = isNew(story.end)
  playing.told_until = until

  const said = header(story, start, has_ended)
  const requests: Request[] = []
  if (story.run) {
    const nodes = [
      ...began.filter(({ node }) => node).map((span) => visit(span, start, false)),
      ...ended.filter(({ node }) => node).map((span) => visit(span, start, true)),
    ]
    if (nodes.length > 0 || has_ended) requests.push(runRequest(story, said, nodes))
  } else if (told_until < 0 || has_ended) requests.push(traceRequest(said))

  const events = [
    ...began.filter(({ node }) => !node).map((span) => spanStarted(trace_id, span, start)),
    ...ended.filter(({ node }) => !node).map((span) => spanEnded(trace_id, span, start)),
    ...story.lines.filter(({ at }) => isNew(at)).map((line) => logLine(trace_id, line, start)),
  ]
  if (events.length > 0) requests.push(eventsRequest(events))
  if (has_ended) requests.push(...story.verdicts.map((verdict) => evaluation(trace_id, verdict)))
  return requests
}
