import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config.ts'

/** HUB_SECRET_KEY, or in development one that is made on the first start and kept in the data directory. */
export function secretKey({ secret_key, data_dir }: Config): string {
  if (secret_key !== undefined) return secret_key
  const file = join(data_dir, 'secret-key')
  if (!existsSync(file)) {
    mkdirSync(data_dir, { recursive: true })
    const draft = `${file}-${process.pid}`
    writeFileSync(draft, randomBytes(32).toString('base64url'), { mode: 0o600, flush: true })
    try {
      // Services that start together agree on one key: the first that is there, and there as a whole.
      linkSync(draft, file)
    } catch (cause) {
      if (!existsSync(file)) throw cause
    } finally {
      rmSync(draft)
    }
  }
  return readFileSync(file, 'utf8').trim()
}
