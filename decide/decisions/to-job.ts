import { maskShaped, type Rules } from '#shared/masking/mask-document.ts'
import { shapeOf } from '#shared/masking/shapes.ts'
import { decide } from '#shared/protocol/decide/decide.ts'
import type { Job } from '#shared/store/lane/job.ts'

/** What decide itself writes down, as one document of the log, masked as its project wants it. */
export function toJob(project_no: number, written: object, rules: Rules | null): Job {
  const document = rules ? maskShaped(rules, shapeOf(decide.name), written) : written
  const raw = Buffer.from(JSON.stringify(document))
  return {
    project_no,
    protocol: decide,
    encoding: 'zstd',
    body: Bun.zstdCompressSync(raw, { level: 1 }),
    raw_bytes: raw.length,
    batch: decide.read(document),
  }
}
