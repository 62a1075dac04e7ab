import { digest64 } from '../../ids.ts'
import { clean, cleanJson, cleanOrNull } from '../clean.ts'
import { judgeLabel } from '../judge-label.ts'
import { refOf } from '../native/read-span.ts'
import type { Item } from '../saying.ts'
import { EVENT_STEP, type Attributes, type OtlpSpan, type Sent } from './span.ts'

const EVENT = 'gen_ai.evaluation.result'
const NAME = 'gen_ai.evaluation.name'
const MOST = 1000

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

function verdictOf(attributes: Attributes): { score: number; passed: boolean } | null {
  const said = attributes['gen_ai.evaluation.score.value']
  const score = typeof said === 'string' && said !== '' ? Number(said) : said
  const judged = judgeLabel(textOf(attributes['gen_ai.evaluation.score.label']))
  if (typeof score === 'number' && Number.isFinite(score)) return { score, passed: judged ?? score >= 0.5 }
  return judged === null ? null : { score: judged ? 1 : 0, passed: judged }
}

function evaluationOf(
  sent: Sent,
  ordinal: number,
  at: number,
  span: OtlpSpan,
  attributes: Attributes,
): Item | null {
  const name = textOf(attributes[NAME])
  const verdict = verdictOf(attributes)
  if (name === '' || !verdict) return null
  const key = `${span.span_id} ${sent.digest(ordinal)} ${at}`
  const model = textOf(attributes['gen_ai.response.model']) || textOf(attributes['gen_ai.request.model'])
  const { [NAME]: _name, ...rest } = attributes
  return {
    ordinal: ordinal + at * EVENT_STEP,
    trace: refOf(span.trace_id),
    key,
    digest: digest64(key),
    at: 0,
    raw: sent.raw(ordinal),
    span: null,
    event: null,
    evaluation: {
      span: refOf(span.span_id),
      name: clean(name.slice(0, 255)),
      model: clean((model || span.scope.name || 'opentelemetry').slice(0, 255)),
      ...verdict,
      label: cleanOrNull(textOf(attributes['gen_ai.evaluation.score.label']).slice(0, 255)),
      explanation: cleanOrNull(textOf(attributes['gen_ai.evaluation.explanation']).slice(0, 10_000)),
      metadata: cleanJson(rest),
      user_review_passed: null,
    },
  }
}

/** The evaluations that a span carries: events of `gen_ai.evaluation.result`, or its own attributes. */
export function evaluationsOf(sent: Sent, ordinal: number, span: OtlpSpan): Item[] {
  const has_own = span.attributes[NAME] !== undefined
  if (!has_own && span.events.length === 0) return []
  const own = has_own ? evaluationOf(sent, ordinal, 1, span, span.attributes) : null
  const told = span.events
    .slice(0, MOST)
    .map((event, index) =>
      event.name === EVENT ? evaluationOf(sent, ordinal, index + 2, span, event.attributes) : null,
    )
  return [own, ...told].filter((item) => item !== null)
}
