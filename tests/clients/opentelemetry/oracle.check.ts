import { expect, test } from 'bun:test'
import protobuf from 'protobufjs'
import { HubError } from '../../../shared/errors.ts'
import { Unfit } from '../../../shared/protocol/native/refuse.ts'
import { openProtobuf, parseProtobuf } from '../../../shared/protocol/otlp/open-protobuf.ts'

/** The part of opentelemetry.proto.collector.trace.v1 that is read. */
const { root } = protobuf.parse(
  `
  syntax = "proto3";
  message Request { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; string schema_url = 3; }
  message Resource { repeated KeyValue attributes = 1; uint32 dropped_attributes_count = 2; }
  message ScopeSpans { Scope scope = 1; repeated Span spans = 2; string schema_url = 3; }
  message Scope { string name = 1; string version = 2; repeated KeyValue attributes = 3; }
  message Span {
    bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4; fixed32 flags = 16;
    string name = 5; int32 kind = 6; fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8;
    repeated KeyValue attributes = 9; uint32 dropped_attributes_count = 10; repeated Event events = 11;
    uint32 dropped_events_count = 12; repeated Link links = 13; uint32 dropped_links_count = 14; Status status = 15;
  }
  message Event { fixed64 time_unix_nano = 1; string name = 2; repeated KeyValue attributes = 3; }
  message Link { bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; repeated KeyValue attributes = 4; }
  message Status { string message = 2; int32 code = 3; }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4;
    ArrayValue array_value = 5; KeyValueList kvlist_value = 6; bytes bytes_value = 7; } }
  message ArrayValue { repeated AnyValue values = 1; }
  message KeyValueList { repeated KeyValue values = 1; }
`,
  { keepCase: true },
)
const Request = root.lookupType('Request')

type Dice = () => number
/** A generator that is the same in every run. */
function dice(seed: number): Dice {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

const TEXTS = ['', 'a', '왜 안 되죠?', 'x'.repeat(300), '\u0000 nul', 'emoji \u{1F600}']
const pick = <T>(roll: Dice, list: readonly T[]): T => list[Math.floor(roll() * list.length)] as T
const bytes = (roll: Dice, size: number) =>
  Uint8Array.from({ length: size }, () => 1 + Math.floor(roll() * 255))
const hex = (data: Uint8Array) => Buffer.from(data).toString('hex')

/** A value in the words of protobufjs, and as it should read. */
function value(roll: Dice, depth: number): [object, unknown] {
  const kind = Math.floor(roll() * (depth > 3 ? 5 : 7))
  if (kind === 0) return [{ bool_value: true }, true]
  if (kind === 1) {
    const number = pick(roll, [
      '0',
      '-1',
      '25',
      '9007199254740991',
      '9223372036854775807',
      '-9223372036854775808',
    ])
    return [
      { int_value: protobuf.util.Long.fromString(number) },
      Number.isSafeInteger(Number(number)) ? Number(number) : number,
    ]
  }
  if (kind === 2) {
    const number = pick(roll, [0.5, -1e300, Number.NaN, Number.POSITIVE_INFINITY])
    return [{ double_value: number }, Number.isFinite(number) ? number : String(number)]
  }
  if (kind === 3) {
    const data = bytes(roll, 5)
    return [{ bytes_value: data }, Buffer.from(data).toString('base64')]
  }
  if (kind === 4) {
    const text = pick(roll, TEXTS)
    return [{ string_value: text }, text]
  }
  const members = Array.from({ length: Math.floor(roll() * 4) }, () => value(roll, depth + 1))
  if (kind === 5)
    return [{ array_value: { values: members.map(([sent]) => sent) } }, members.map(([, read]) => read)]
  const pairs = members.map(([sent], index) => ({ key: `k${index}`, value: sent }))
  return [
    { kvlist_value: { values: pairs } },
    Object.fromEntries(members.map(([, read], index) => [`k${index}`, read])),
  ]
}

function attributes(roll: Dice) {
  const values = Array.from({ length: Math.floor(roll() * 6) }, () => value(roll, 0))
  return {
    sent: values.map(([sent], index) => ({ key: `a.${index}`, value: sent })),
    read: Object.fromEntries(values.map(([, read], index) => [`a.${index}`, read])),
  }
}

function span(roll: Dice) {
  const [trace_id, span_id, parent] = [bytes(roll, 16), bytes(roll, 8), bytes(roll, 8)]
  const [own, of_event, of_link] = [attributes(roll), attributes(roll), attributes(roll)]
  const start = 1_700_000_000_000_000 + Math.floor(roll() * 1e12)
  const nanos = (micros: number) => protobuf.util.Long.fromString(`${micros}999`)
  const sent = {
    ...{
      trace_id,
      span_id,
      parent_span_id: parent,
      trace_state: 'a=b',
      flags: 257,
      name: pick(roll, TEXTS),
      kind: 3,
    },
    ...{ start_time_unix_nano: nanos(start), end_time_unix_nano: nanos(start + 5), attributes: own.sent },
    events: [{ time_unix_nano: nanos(start + 1), name: 'event', attributes: of_event.sent }],
    links: [{ trace_id, span_id: parent, trace_state: 'c=d', attributes: of_link.sent }],
    ...{ status: { code: 2, message: 'why' }, dropped_events_count: 7 },
  }
  const read = {
    ...{
      trace_id: hex(trace_id),
      span_id: hex(span_id),
      parent_span_id: hex(parent),
      name: sent.name,
      kind: 3,
    },
    ...{
      start_time: start,
      end_time: start + 5,
      attributes: own.read,
      status_code: 2,
      status_message: 'why',
    },
    events: [{ name: 'event', at: start + 1, attributes: of_event.read }],
    links: [{ trace_id: hex(trace_id), span_id: hex(parent), attributes: of_link.read }],
  }
  return { sent, read }
}

const plain = (read: unknown): unknown => JSON.parse(JSON.stringify(read))

function request(seed: number) {
  const roll = dice(seed)
  const resource = attributes(roll)
  const spans = Array.from({ length: 1 + Math.floor(roll() * 4) }, () => span(roll))
  const scope = { name: 'lib', version: '1.0' }
  const encoded = Request.encode({
    resource_spans: [
      {
        resource: { attributes: resource.sent },
        scope_spans: [{ scope, spans: spans.map(({ sent }) => sent) }],
        schema_url: 'x',
      },
    ],
  }).finish()
  return { encoded, expected: spans.map(({ read }) => ({ ...read, resource: resource.read, scope })) }
}

test('whatever protobufjs encodes reads as it was meant', () => {
  for (let seed = 1; seed <= 500; seed++) {
    const { encoded, expected } = request(seed)
    const sent = openProtobuf(parseProtobuf(encoded))
    const read = Array.from({ length: sent.count }, (_, ordinal) => plain(sent.span(ordinal)))
    expect(read).toEqual(expected.map(plain))
  }
})

test('bytes that were cut or changed anywhere are refused or read, and nothing else happens', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const roll = dice(seed * 7919)
    const { encoded } = request(seed)
    const broken = Uint8Array.from(encoded.subarray(0, Math.floor(roll() * encoded.length)))
    for (let count = 0; count < 3; count++)
      broken[Math.floor(roll() * broken.length)] = Math.floor(roll() * 256)
    try {
      const sent = openProtobuf(parseProtobuf(broken))
      for (let ordinal = 0; ordinal < sent.count; ordinal++) {
        try {
          sent.span(ordinal)
        } catch (error) {
          if (!(error instanceof Unfit)) throw error
        }
      }
    } catch (error) {
      if (!(error instanceof HubError)) throw error
    }
  }
})
