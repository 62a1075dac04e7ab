import { bytesField, numberField } from './write-wire.ts'

/** What a request's sender is told of the spans that were refused. */
export type Rejection = { count: number; message: string }

/** `ExportTraceServiceResponse`: nothing at all when every span was taken. */
export function writeAnswer({ count, message }: Rejection): Uint8Array {
  if (count === 0) return new Uint8Array()
  return bytesField(1, Buffer.concat([numberField(1, count), bytesField(2, message)]))
}

/** `google.rpc.Status`, in which OTLP tells errors. */
export const writeStatus = (code: number, message: string): Uint8Array =>
  Buffer.concat([numberField(1, code), bytesField(2, message)])
