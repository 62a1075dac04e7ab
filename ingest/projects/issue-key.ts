import { randomBytes } from 'node:crypto'
import type { SCOPES } from '#shared/contract/projects.ts'
import { keyDigest } from '#shared/http/key-digest.ts'
import type { Transaction } from '#shared/store/connect.ts'
import { sealKey } from './seal-key.ts'

const RANDOM_BYTES = 32
const FIRST = 9
const LAST = 4

type Wanted = {
  /** The hub's secret: main keys are kept as a sealed copy, so that they can be revealed again. */
  secret: string
  project_no: number
  project_id: string
  name: string
  scope: (typeof SCOPES)[number]
  is_main: boolean
  created_at: Date
  expires_at: Date | null
}

/** A new key; `api_key` is its only plain copy and goes to the caller. */
export type IssuedKey = { key_id: string; api_key: string; masked: string }

/** A key as it may be shown. */
export const mask = (api_key: string) => `${api_key.slice(0, FIRST)}…${api_key.slice(-LAST)}`

/** Makes a key of 256 random bits and stores what recognises it: a digest and a masked form. */
export async function issueKey(tx: Transaction, wanted: Wanted): Promise<IssuedKey> {
  const { secret, project_no, project_id, name, scope, is_main, created_at, expires_at } = wanted
  const api_key = `proj_${randomBytes(RANDOM_BYTES).toString('base64url')}`
  const key_id = crypto.randomUUID()
  const masked = mask(api_key)
  const sealed = is_main ? sealKey(secret, { project_id, key_id }, api_key) : null
  await tx`
    insert into api_keys (key_id, project_no, name, scope, is_main, digest, masked, sealed, created_at, expires_at)
    values (${key_id}, ${project_no}, ${name}, ${scope}, ${is_main}, ${keyDigest(api_key)}, ${masked}, ${sealed},
            ${created_at}, ${expires_at})`
  return { key_id, api_key, masked }
}
