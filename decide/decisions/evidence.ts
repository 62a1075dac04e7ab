import { Type as t, type Static } from '@sinclair/typebox'
import { ACTIONS } from '#shared/policy/actions.ts'
import type { Facts } from '#shared/policy/decide.ts'
import { checkOf } from '#shared/schema/check.ts'
import { JsonObject, nullable } from '#shared/schema/scalars.ts'

const Place = t.Object({
  kind: t.String(),
  in: t.Union([t.Literal('input'), t.Literal('output')]),
  start: t.Integer(),
  end: t.Integer(),
})
const Outcome = t.Object({
  action: t.Union(ACTIONS.map((action) => t.Literal(action))),
  reason_code: t.String(),
  severity: t.String(),
  message: nullable(t.String()),
})

/** What `decisions.evidence` holds: the facts that were decided on, and where signals found something. */
const Evidence = t.Object({
  values: JsonObject,
  pending: t.Array(t.String()),
  closed: t.Array(t.String()),
  // A list: of verdicts that are equally strong the first counts, and jsonb keeps no order of members.
  verdicts: t.Array(t.Object({ judge: t.String(), outcome: nullable(Outcome) })),
  found: t.Record(t.String(), t.Array(Place)),
})
export type Evidence = Static<typeof Evidence>

/** The places at which each signal found something, by the name of the signal; never the text there. */
export type Places = Evidence['found']

/**
 * The evidence of a decision, to be stored as JSON; of what was found it keeps the places and nothing else. `keep` hides
 * what the project hides: in what was said, never in the names by which evidence is read back.
 */
export const writeEvidence = (
  { values, pending, closed, verdicts }: Facts,
  found: Places,
  keep: <T>(said: T) => T,
): Evidence => ({
  values: keep(values),
  pending: [...pending],
  closed: [...closed],
  verdicts: Object.entries(verdicts).map(([judge, outcome]) => ({
    judge,
    outcome: outcome && {
      action: outcome.action,
      reason_code: keep(outcome.reason_code),
      severity: keep(outcome.severity),
      message: keep(outcome.message),
    },
  })),
  found: Object.fromEntries(
    Object.entries(found).map(([name, places]) => [
      name,
      places.map(({ kind, in: text, start, end }) => ({ kind, in: text, start, end })),
    ]),
  ),
})

/** Reads stored evidence back; null when it was erased or is of a form that this release does not know. */
export function readEvidence(stored: unknown): { facts: Facts; found: Places } | null {
  if (!checkOf(Evidence).Check(stored)) return null
  const { values, pending, closed, verdicts, found } = stored
  const by_judge = Object.fromEntries(verdicts.map(({ judge, outcome }) => [judge, outcome]))
  return { facts: { values, pending, closed, verdicts: by_judge }, found }
}
