import { isRecord } from '../protocol/clean.ts'
import { bytesField, numberField } from '../protocol/otlp/write-wire.ts'

type Json = Record<string, unknown>

const list = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isRecord) : [])
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const message = (...fields: Buffer[]): Buffer => Buffer.concat(fields)
const hex = (number: number, id: unknown) =>
  text(id) ? [bytesField(number, Buffer.from(text(id), 'hex'))] : []

function fixed64(number: number, nanos: unknown): Buffer[] {
  if (nanos === undefined) return []
  const field = Buffer.alloc(9)
  field[0] = number * 8 + 1
  field.writeBigUInt64LE(BigInt(String(nanos)), 1)
  return [field]
}

function double(number: number, value: number): Buffer {
  const field = Buffer.alloc(9)
  field[0] = number * 8 + 1
  field.writeDoubleLE(value, 1)
  return field
}

function int64(number: number, value: bigint): Buffer {
  const bytes = [number * 8]
  let rest = BigInt.asUintN(64, value)
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return Buffer.from([...bytes, Number(rest)])
}

function encodeValue(value: unknown): Buffer {
  const [kind, held] = Object.entries(isRecord(value) ? value : {})[0] ?? []
  if (kind === 'stringValue') return bytesField(1, text(held))
  if (kind === 'boolValue') return numberField(2, Number(held))
  if (kind === 'intValue') return int64(3, BigInt(String(held)))
  if (kind === 'doubleValue') return double(4, Number(held))
  if (kind === 'bytesValue') return bytesField(7, Buffer.from(text(held), 'base64'))
  const values = isRecord(held) ? held['values'] : []
  if (kind === 'arrayValue')
    return bytesField(
      5,
      message(...(Array.isArray(values) ? values : []).map((each) => bytesField(1, encodeValue(each)))),
    )
  return kind === 'kvlistValue' ? bytesField(6, message(...encodePairs(1, values))) : Buffer.alloc(0)
}

const encodePairs = (number: number, pairs: unknown): Buffer[] =>
  list(pairs).map(({ key, value }) =>
    bytesField(number, message(bytesField(1, text(key)), bytesField(2, encodeValue(value)))),
  )

/** One `Span` in protobuf. */
export function encodeSpan(span: Json): Buffer {
  const status = isRecord(span['status']) ? span['status'] : {}
  return message(
    ...[...hex(1, span['traceId']), ...hex(2, span['spanId']), ...hex(4, span['parentSpanId'])],
    bytesField(5, text(span['name'])),
    ...fixed64(7, span['startTimeUnixNano']),
    ...fixed64(8, span['endTimeUnixNano']),
    ...encodePairs(9, span['attributes']),
    ...list(span['events']).map((event) =>
      bytesField(
        11,
        message(
          ...fixed64(1, event['timeUnixNano']),
          bytesField(2, text(event['name'])),
          ...encodePairs(3, event['attributes']),
        ),
      ),
    ),
    ...list(span['links']).map((link) =>
      bytesField(13, message(...hex(1, link['traceId']), ...hex(2, link['spanId']))),
    ),
    bytesField(
      15,
      message(bytesField(2, text(status['message'])), numberField(3, Number(status['code'] ?? 0))),
    ),
  )
}

/** An OTLP/JSON document as an exporter of protobuf would send it. */
export const encodeRequest = (document: Json): Buffer =>
  message(
    ...list(document['resourceSpans']).map(({ resource, scopeSpans }) =>
      bytesField(
        1,
        message(
          bytesField(1, message(...encodePairs(1, isRecord(resource) ? resource['attributes'] : []))),
          ...list(scopeSpans).map(({ scope, spans }) => {
            const { name, version } = isRecord(scope) ? scope : {}
            const own = message(bytesField(1, text(name)), bytesField(2, text(version)))
            return bytesField(
              2,
              message(bytesField(1, own), ...list(spans).map((span) => bytesField(2, encodeSpan(span)))),
            )
          }),
        ),
      ),
    ),
  )

/** A value as OTLP/JSON writes it. */
function otlpValue(value: unknown): Json {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: value } : { doubleValue: value }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(otlpValue) } }
  return isRecord(value) ? { kvlistValue: { values: otlpAttributes(value) } } : {}
}

export const otlpAttributes = (attributes: Json) =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: otlpValue(value) }))

/** A document with spans of one resource and one scope. */
export const otlpRequest = (spans: unknown[], scope = 'test', resource: Json = {}): Json => ({
  resourceSpans: [
    {
      resource: { attributes: otlpAttributes(resource) },
      scopeSpans: [{ scope: { name: scope, version: '1.0' }, spans }],
    },
  ],
})
