import { FormatRegistry, Type as t, type TSchema } from '@sinclair/typebox'

/** Text without control characters and lone surrogates, so that it can be an id, a key or a header anywhere. */
FormatRegistry.Set('printable', (text) => !/[\p{Cc}\p{Cs}]/u.test(text))

/** An id as clients write it: UUID, OpenTelemetry hex or any printable text of at most 128 characters. */
export const Id = t.String({
  minLength: 1,
  maxLength: 128,
  format: 'printable',
  description: 'UUID, OpenTelemetry hex or printable text, at most 128 characters',
})

/** The name of a member of a JSON object, of at most 128 printable characters. */
export const MemberName = t.String({ minLength: 1, maxLength: 128, format: 'printable' })

/** A short label: printable, at most 255 characters. */
export const Label = t.String({ maxLength: 255 })

/** A text that is asked for as it was sent: without NUL, which no row can hold. */
export const Sought = t.String({ minLength: 1, maxLength: 255, pattern: '^[^\\0]*$' })

/** RFC 3339 with a zone, microseconds kept. */
export const Time = t.String({ maxLength: 40, description: 'RFC 3339 with a zone, to the microsecond' })

/** A key that makes a repeat of the same thing harmless; its scope is the trace. */
export const IdempotencyKey = t.String({
  minLength: 1,
  maxLength: 255,
  format: 'printable',
  description:
    'Scope: the trace. The same key with the same body is a duplicate, with another body a conflict',
})

/** A free JSON object. */
export const JsonObject = t.Record(t.String(), t.Unknown())

export const Count = t.Integer({ minimum: 0, maximum: 2_147_483_647 })

export const nullable = <T extends TSchema>(schema: T) => t.Union([schema, t.Null()])

/** A member that may be left out or null. */
export const maybe = <T extends TSchema>(schema: T) => t.Optional(nullable(schema))
