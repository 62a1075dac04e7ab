import { join } from 'node:path'

/** Takes what the `.env` at the root of the repository says, unless the environment says it already. */
export function loadEnv(): void {
  try {
    process.loadEnvFile(join(import.meta.dirname, '../.env'))
  } catch {
    // There need not be one.
  }
}

/** Where a person sees a trace. */
export const traceUrl = (traceId: string): string => `http://localhost:3000/traces/${traceId}`
