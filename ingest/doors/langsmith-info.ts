import { LANGSMITH } from '#shared/contract/langsmith.ts'
import { serve, type Route } from '#shared/http/serve.ts'

/** The release of LangSmith whose protocol this is; clients compare it with what they need. */
const SPOKEN = '0.12.0'

const INFO = {
  version: SPOKEN,
  instance_flags: { gzip_body_enabled: true, zstd_compression_enabled: true },
  batch_ingest_config: {
    use_multipart_endpoint: true,
    size_limit: 100,
    size_limit_bytes: 10 * 1024 * 1024,
    scale_up_qsize_trigger: 1000,
    scale_up_nthreads_limit: 16,
    scale_down_nempty_trigger: 4,
  },
}

/** `GET /info`. */
export const langsmithInfo = (): Route[] => LANGSMITH.map(({ info }) => serve(info, async () => INFO))
