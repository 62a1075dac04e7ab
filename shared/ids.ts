import { createHash } from 'node:crypto'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const UUID_ANY_CASE = new RegExp(UUID.source, 'i')
const HEX = /^(?:[0-9a-f]{32}|[0-9a-f]{16})$/
const URL_NAMESPACE = Buffer.from('6ba7b8119dad11d180b400c04fd430c8', 'hex')

/** How an id was first written, so that it can be shown that way from its key. */
export const ID_FORM = { key: 0, dashed: 1, other: 2 } as const

/** The key under which an id is stored: a UUID and its bare hex form, in any case, are one id. */
export function idKey(id: string): string {
  if (UUID.test(id)) return id.replaceAll('-', '')
  if (HEX.test(id)) return id
  const lower = id.toLowerCase()
  return UUID.test(lower) ? lower.replaceAll('-', '') : HEX.test(lower) ? lower : id
}

/** Which of the three forms an id has; `other` needs its text kept beside the key. */
export const idForm = (id: string, key: string): number =>
  id === key ? ID_FORM.key : UUID.test(id) ? ID_FORM.dashed : ID_FORM.other

/** A 32-digit hex key as a UUID. */
export const dashed = (key: string): string =>
  `${key.slice(0, 8)}-${key.slice(8, 12)}-${key.slice(12, 16)}-${key.slice(16, 20)}-${key.slice(20)}`

/** The id as it was first written. */
export const shownId = (key: string, form: number, text: string | null): string =>
  form === ID_FORM.dashed && key.length === 32 ? dashed(key) : (text ?? key)

/** Whether a text is a UUID, in any case. */
export const isUuid = (text: string): boolean => UUID_ANY_CASE.test(text)

/** UUIDv5 of a name in the URL namespace (RFC 9562 §5.5): how a LangGraph node visit gets its span id. */
export function uuid5(name: string): string {
  const hash = createHash('sha1').update(URL_NAMESPACE).update(name).digest()
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80
  return dashed(hash.toString('hex', 0, 16))
}

/** The span id of a LangGraph node visit that came without one: under run and node, its number or its start time. */
export const visitId = (run_id: string, node_id: string, visit: number | null, start_time: number): string =>
  uuid5(`${run_id}:${node_id}:${visit ? `visit-${visit}` : start_time}`)

/** The MVP's span id of a node; here it names the node's earliest visit. */
export const nodeAlias = (run_id: string, node_id: string): string => uuid5(`${run_id}:${node_id}`)

/** A key's 64-bit digest as a signed integer, small enough for every row; equal digests are compared in full. */
export const digest64 = (text: string): bigint => BigInt.asIntN(64, Bun.hash.xxHash64(text))
