import { digest64 } from '../../ids.ts'
import type { SaidRun, SaidTrace } from '../../schema/said.ts'
import { RUNNING } from '../../schema/status.ts'
import { clean, cleanOrNull, preview } from '../clean.ts'
import type { Header, TraceValues } from '../saying.ts'
import { refOf } from './read-span.ts'
import { status, time } from './refuse.ts'

type Place = (string | number)[]

const tagsOf = (tags: string[] | null | undefined) =>
  tags && tags.length > 0 ? [...new Set(tags.filter(Boolean).map(clean))] : null

/** What the trace object and a run's header have in common. */
function shared(
  said: SaidTrace | SaidRun,
  at: Place,
): Omit<TraceValues, 'external_id' | 'name' | 'user_review_passed'> {
  return {
    status: status(said.status, [...at, 'status']),
    end_time: time(said.end_time, [...at, 'end_time']),
    model: cleanOrNull(said.model),
    environment: cleanOrNull(said.environment),
    release: cleanOrNull(said.release),
    user_id: cleanOrNull(said.user_id),
    session_id: cleanOrNull(said.session_id),
    input_preview: preview(said.input_text),
    output_preview: preview(said.output_text),
    tags: tagsOf(said.tags),
  }
}

/** A header that has ended, by status or by time, outranks one that says `running`, whatever the order of arrival. */
const isTerminal = (values: Pick<TraceValues, 'status' | 'end_time'>) =>
  values.end_time !== null || (values.status !== null && values.status !== RUNNING)

function assemble(
  said: SaidTrace | SaidRun,
  raw: unknown,
  values: TraceValues,
  at: Place,
): Omit<Header, 'payload'> {
  const start_time = time(said.start_time, [...at, 'start_time'])
  return {
    trace: refOf(said.trace_id),
    level: isTerminal(values) ? 2 : 1,
    at: values.end_time ?? start_time,
    start_time,
    // A header has no key of its own: the same words again are the same saying.
    digest: digest64(JSON.stringify(raw)),
    values,
  }
}

/** `attributes.tags` is where the MVP's clients put tags; its name of a trace was `attributes.trace_name`. */
export function readTraceHeader(said: SaidTrace): Header {
  const at = ['body', 'trace']
  const legacyTags = said.attributes?.['tags']
  const legacyName = said.attributes?.['trace_name']
  const common = shared(said, at)
  const values: TraceValues = {
    ...common,
    tags:
      common.tags ??
      (Array.isArray(legacyTags)
        ? tagsOf(legacyTags.filter((tag) => typeof tag === 'string').slice(0, 100))
        : null),
    external_id: cleanOrNull(said.external_trace_id),
    name:
      cleanOrNull(said.name) ??
      (typeof legacyName === 'string' ? cleanOrNull(legacyName.slice(0, 255)) : null),
    user_review_passed: said.user_review_passed ?? null,
  }
  return {
    ...assemble(said, said, values, at),
    payload: () => ({
      input: said.input_text ?? undefined,
      output: said.output_text ?? undefined,
      attributes: said.attributes ?? undefined,
      error: undefined,
      graph: undefined,
    }),
  }
}

export function readRunHeader(said: SaidRun): Header {
  const at = ['body']
  const { nodes: _nodes, ...header } = said as SaidRun & { nodes?: unknown }
  const values: TraceValues = {
    ...shared(said, at),
    external_id: said.run_id,
    name: clean(said.graph_name),
    user_review_passed: null,
  }
  return {
    ...assemble(said, header, values, at),
    payload: () => ({
      input: said.input_text ?? undefined,
      output: said.output_text ?? undefined,
      attributes: {
        ...said.attributes,
        framework: 'langgraph',
        graph_name: said.graph_name,
        run_id: said.run_id,
        tags: said.tags ?? [],
      },
      error: undefined,
      graph: said.graph ?? undefined,
    }),
  }
}
