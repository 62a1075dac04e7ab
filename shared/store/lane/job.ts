import type { Encoding } from '../../http/read-body.ts'
import type { Batch, Protocol, Refusal } from '../../protocol/saying.ts'

/** One request on its way into the record. */
export type Job = {
  project_no: number
  protocol: Protocol
  encoding: Encoding
  /** The body as the log keeps it. */
  body: Uint8Array
  raw_bytes: number
  batch: Batch
}

/** What became of a request's items: accepted + duplicates + rejected.length = received. */
export type Outcome = { accepted: number; duplicates: number; rejected: Refusal[] }
