import type { DecideBody, InlineTrace } from '#shared/contract/decide.ts'
import { HubError, type Issue } from '#shared/errors.ts'

/** What is decided on: a trace that must be there, or one that came along and is created unless it is there. */
export type Subject = { known: string } | { inline: InlineTrace }

function refuse(type: string, member: string, msg: string): never {
  const issue: Issue = { type, loc: ['body', member], msg }
  throw new HubError('validation_error', { issues: [issue] })
}

const isSaid = (value: unknown): boolean => value !== undefined && value !== null

/** Reads what a request decides on; throws what its schema cannot say of it. */
export function readSubject(body: DecideBody): Subject {
  const { trace_id, trace, force_policy_id, force_policy_version } = body
  if (isSaid(force_policy_version) && !isSaid(force_policy_id)) {
    refuse('missing', 'force_policy_id', 'A version is one of a policy: give force_policy_id as well')
  }
  if (isSaid(trace_id) && isSaid(trace)) {
    refuse('value_error', 'trace', 'Give trace_id for a trace that is there, or trace for one to be created')
  }
  if (typeof trace_id === 'string') return { known: trace_id }
  const { input, output, request_payload, response_payload } = body
  if (![trace, input, output, request_payload, response_payload].some(isSaid)) {
    refuse('missing', 'trace_id', 'Give a trace_id, or what is to be decided on: input, output, trace')
  }
  return { inline: trace ?? {} }
}
