import { RUNNING, SUCCESS, ERROR, statusCode } from '../../schema/status.ts'
import type { Attributes, OtlpSpan } from '../otlp/span.ts'
import type { Dialect } from './dialect.ts'

export type Outcome = { status: number; error: string | undefined }

const INTERRUPTED = statusCode('interrupted')
const CANCELLED = statusCode('cancelled')

/** LangGraph leaves a node by exceptions that are no failures: to ask a person, or to go elsewhere. */
const ASKED = /(?:^|[\s:([])(?:GraphInterrupt|NodeInterrupt)\b/
const WENT = /(?:^|[\s:([])ParentCommand\b/
const STOPPED = /^(?:AbortError|CancelledError|asyncio\.CancelledError)\b/

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The exception that a span ended with: the last one that it tells of. */
function exceptionOf({ events }: OtlpSpan): Attributes | undefined {
  return events.findLast(({ name }) => name === 'exception')?.attributes
}

function describe(exception: Attributes): string {
  const type = textOf(exception['exception.type'])
  const message = textOf(exception['exception.message'])
  const stack = textOf(exception['exception.stacktrace'])
  const head = type && !message.startsWith(type) ? [type, message].filter(Boolean).join(': ') : message
  if (!stack) return head
  return stack.includes(message) && message !== '' ? stack : `${head}\n${stack}`
}

/** What a failed span says of its failure; undefined for one that did not fail. */
function failureOf(span: OtlpSpan, dialects: readonly Dialect[]): string | undefined {
  const { attributes, status_code, status_message } = span
  const exception = exceptionOf(span)
  for (const { failure, exceptions_fail } of dialects) {
    if (failure && failure.words.includes(textOf(attributes[failure.key])))
      return textOf(attributes[failure.message]) || (exception ? describe(exception) : '') || 'error'
    if (exception && exceptions_fail?.(span)) return describe(exception)
  }
  const failed =
    status_code === 2 ||
    (status_code === 0 && exception !== undefined && exception['exception.escaped'] !== false)
  if (failed) {
    const told = exception ? describe(exception) : ''
    return (
      told ||
      status_message ||
      textOf(attributes['error.message']) ||
      textOf(attributes['error.type']) ||
      'error'
    )
  }
  return undefined
}

/** How a span ended, and in what words. */
export function readOutcome(span: OtlpSpan, dialects: readonly Dialect[]): Outcome {
  const error = failureOf(span, dialects)
  if (error === undefined) return { status: span.end_time === null ? RUNNING : SUCCESS, error }
  const heads = `${textOf(exceptionOf(span)?.['exception.type'])}\n${error}`
  if (ASKED.test(heads)) return { status: INTERRUPTED ?? ERROR, error }
  if (WENT.test(heads)) return { status: SUCCESS, error: undefined }
  return { status: (STOPPED.test(error) ? CANCELLED : null) ?? ERROR, error }
}
