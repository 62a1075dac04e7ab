import { digest64 } from '../../ids.ts'
import { SaidEval } from '../../schema/said.ts'
import { clean, cleanJson, cleanOrNull } from '../clean.ts'
import type { IdRef, Item, Protocol } from '../saying.ts'
import { namedBy, orReject } from './read-batch.ts'
import { refOf } from './read-span.ts'
import { fit, time, Unfit } from './refuse.ts'

function open(document: unknown): SaidEval {
  const said = fit(SaidEval, document, ['body'])
  if (said.trace_id || said.span_id) return said
  throw new Unfit([
    { type: 'missing', loc: ['body', 'trace_id'], msg: 'Give a trace_id, a span_id, or both' },
  ])
}

/** An evaluation of a span alone gets its trace from the door, which looks it up. */
const NO_TRACE: IdRef = { key: '', form: 0, text: null }

function readEval(said: SaidEval, raw: unknown): Item {
  return {
    ordinal: 0,
    trace: said.trace_id ? refOf(said.trace_id) : NO_TRACE,
    key: said.idempotency_key,
    digest: digest64(said.idempotency_key),
    at: time(said.created_at, ['body', 'created_at']) ?? 0,
    raw,
    span: null,
    event: null,
    evaluation: {
      span: said.span_id ? refOf(said.span_id) : null,
      name: clean(said.eval_name),
      model: clean(said.eval_model),
      score: said.score,
      passed: said.passed,
      label: cleanOrNull(said.label),
      explanation: cleanOrNull(said.explanation),
      metadata: cleanJson(said.metadata ?? {}),
      user_review_passed: said.user_review_passed ?? null,
    },
  }
}

/** `POST /api/v1/evals`: one evaluation. */
export const evals: Protocol = {
  code: 4,
  name: 'evals',
  read(document) {
    const item = orReject(() => readEval(open(document), document))
    return { header: null, items: [item], refused: [], received: 1 }
  },
  header: () => null,
  item: (document, ordinal) => (ordinal === 0 ? readEval(open(document), document) : null),
  names: (document) => ({ envelope: namedBy(document), entries: [] }),
  cut: (body) => body,
}
