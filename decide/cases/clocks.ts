import type { CaseSettings } from '#shared/contract/case-settings.ts'
import { severityName } from '#shared/schema/case-words.ts'
import type { CaseState } from './case-state.ts'

type Clock = { ack_seconds: number; resolve_seconds: number }
type Said = { ack_seconds: number | null; resolve_seconds: number | null }

/** How soon a case is due: as its rule says, else by its severity; never resolved before it is acknowledged. */
export function clockFor({ sla }: CaseSettings, severity: number, rule: Said): Clock {
  const usual = sla[severityName(severity)]
  const ack_seconds = rule.ack_seconds ?? Math.min(usual.ack_seconds, rule.resolve_seconds ?? Infinity)
  return {
    ack_seconds,
    resolve_seconds: Math.max(ack_seconds, rule.resolve_seconds ?? usual.resolve_seconds),
  }
}

const after = (now: Date, seconds: number): Date => new Date(now.getTime() + seconds * 1000)

/** Clocks that start now. */
export const started = (now: Date, { ack_seconds, resolve_seconds }: Clock) => ({
  opened_at: now,
  ack_due_at: after(now, ack_seconds),
  resolve_due_at: after(now, resolve_seconds),
  ack_breached_at: null,
  resolve_breached_at: null,
})

const sooner = (one: Date, other: Date): Date => (one < other ? one : other)

/** Clocks that a higher severity sets: none of them later than it was. */
export const hurried = (state: CaseState, now: Date, clock: Clock) => ({
  ack_seconds: Math.min(state.ack_seconds, clock.ack_seconds),
  resolve_seconds: Math.min(state.resolve_seconds, clock.resolve_seconds),
  ack_due_at: sooner(state.ack_due_at, after(now, clock.ack_seconds)),
  resolve_due_at: sooner(state.resolve_due_at, after(now, clock.resolve_seconds)),
})

/** What opening a case again makes of it; its owner stays. */
export const reopened = (state: CaseState, now: Date) => ({
  status: 'open' as const,
  outcome: null,
  acknowledged_at: null,
  resolved_at: null,
  updated_at: now,
  version: state.version + 1,
  ...started(now, state),
})
