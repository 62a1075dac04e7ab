import { digest64 } from '../../ids.ts'
import { SaidFeedback } from '../../schema/said-langsmith.ts'
import { clean, cleanJson, cleanOrNull } from '../clean.ts'
import { judgeLabel } from '../judge-label.ts'
import { refOf } from '../native/read-span.ts'
import { fit, Unfit } from '../native/refuse.ts'
import type { IdRef, Item } from '../saying.ts'

type Place = (string | number)[]

/** Feedback on a run alone gets its trace from the door, which looks it up. */
const NO_TRACE: IdRef = { key: '', form: 0, text: null }

const TAKEN = new Set(['id', 'run_id', 'trace_id', 'key', 'score', 'comment'])

/** What it says beside what an evaluation has a place for. */
function metadataOf(said: SaidFeedback): Record<string, unknown> {
  const rest = Object.entries(said).filter(([name, value]) => !TAKEN.has(name) && (value ?? null) !== null)
  return { ...Object.fromEntries(rest), ...(said.id ? { feedback_id: said.id } : {}) }
}

const wordOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** A word that tells pass from fail outranks the half of the scale. */
function verdictOf({ score, value }: SaidFeedback): { score: number; passed: boolean } | null {
  const given = score ?? (typeof value === 'number' || typeof value === 'boolean' ? value : null)
  const judged = judgeLabel(wordOf(value))
  if (given !== null) return { score: Number(given), passed: judged ?? Number(given) >= 0.5 }
  return judged === null ? null : { score: Number(judged), passed: judged }
}

/** A score or verdict on a run, as an evaluation. `trace` is that of its run, where the request itself tells it. */
export function readFeedback(
  document: unknown,
  at: Place,
  { ordinal, digest, raw }: { ordinal: number; digest: string; raw: () => unknown },
  trace?: IdRef,
): Item {
  const said = fit(SaidFeedback, document, at)
  const verdict = verdictOf(said)
  if (!verdict) {
    const msg = 'Expected a score, or a value that is one or tells pass from fail'
    throw new Unfit([{ type: 'missing', loc: [...at, 'score'], msg }])
  }
  const key = `feedback ${said.id ?? said.run_id} ${digest}`
  const source = wordOf(said.feedback_source?.['type']) || 'api'
  return {
    ordinal,
    trace: said.trace_id ? refOf(said.trace_id) : (trace ?? NO_TRACE),
    key,
    digest: digest64(key),
    at: 0,
    get raw() {
      return raw()
    },
    span: null,
    event: null,
    evaluation: {
      span: refOf(said.run_id),
      name: clean(said.key.slice(0, 255)),
      model: clean(source.slice(0, 255)),
      ...verdict,
      label: cleanOrNull(wordOf(said.value).slice(0, 255)),
      explanation: cleanOrNull(said.comment?.slice(0, 10_000)),
      metadata: cleanJson(metadataOf(said)),
      user_review_passed: null,
    },
  }
}
