import { digest64 } from '../../ids.ts'
import { clean, cleanJson, cleanOrNull, isRecord } from '../clean.ts'
import { judgeLabel } from '../judge-label.ts'
import { refOf } from '../native/read-span.ts'
import { fit, Unfit } from '../native/refuse.ts'
import type { Item } from '../saying.ts'
import type { Entry } from './entry.ts'
import { SaidScore } from './said.ts'

type Verdict = { score: number; passed: boolean; label: string | null }

/** Half and more is passed. */
const HALF = 0.5

/** A category is judged by its name; one that is neither good nor bad is kept and counts as passed. */
function verdictOf({ value, dataType }: SaidScore): Verdict {
  if (typeof value === 'string') {
    const passed = judgeLabel(value) ?? true
    return { score: Number(passed), passed, label: clean(value) }
  }
  const score = Number(value)
  const passed = dataType?.toUpperCase() === 'BOOLEAN' ? score !== 0 : score >= HALF
  return { score, passed, label: null }
}

const metadataOf = (said: SaidScore): Record<string, unknown> => {
  const { metadata, environment, configId, queueId, dataType, id } = said
  const own = isRecord(metadata) ? metadata : metadata === undefined || metadata === null ? {} : { metadata }
  const named = { score_id: id, data_type: dataType, environment, config_id: configId, queue_id: queueId }
  return { ...Object.fromEntries(Object.entries(named).filter(([, value]) => Boolean(value))), ...own }
}

/** Reads a score of a trace or of one of its observations. */
export function readScore(entry: Entry): Item {
  const place = [...entry.at, 'body']
  const said = fit(SaidScore, entry.body, place)
  if (!said.traceId) {
    const msg =
      'A score needs the trace that it is of; those of sessions and of runs of a dataset are not taken'
    throw new Unfit([{ type: 'missing', loc: [...place, 'traceId'], msg }])
  }
  return {
    ordinal: entry.ordinal,
    trace: refOf(said.traceId),
    key: entry.id,
    digest: digest64(entry.id),
    at: entry.timestamp,
    // A score that says no time of its own has another one each time it is sent.
    raw: entry.body,
    span: null,
    event: null,
    evaluation: {
      span: said.observationId ? refOf(said.observationId) : null,
      name: clean(said.name),
      model: 'langfuse',
      ...verdictOf(said),
      explanation: cleanOrNull(said.comment),
      metadata: cleanJson(metadataOf(said)),
      user_review_passed: null,
    },
  }
}
