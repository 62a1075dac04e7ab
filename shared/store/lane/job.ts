import type { Encoding } from '../../http/read-body.ts'
import type { Batch, IdRef, Protocol, Refusal } from '../../protocol/saying.ts'

/** The last decision on a trace, as its row keeps it for lists and figures. */
export type Snapshot = Record<string, unknown> & {
  /** RFC 3339 with milliseconds: a decision that comes late does not hide a newer one. */
  at: string
}

/** One request on its way into the record. */
export type Job = {
  project_no: number
  protocol: Protocol
  encoding: Encoding
  /** The body as the log keeps it. */
  body: Uint8Array
  raw_bytes: number
  batch: Batch
  /** Set when the request is a decision on this trace. */
  decided?: { trace: IdRef; snapshot: Snapshot }
}

/** What became of a request's items: accepted + duplicates + rejected.length = received. */
export type Outcome = { accepted: number; duplicates: number; rejected: Refusal[] }
