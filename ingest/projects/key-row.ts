import type { Output } from '#shared/contract/endpoint.ts'
import type { revokeKey, SCOPES } from '#shared/contract/projects.ts'

/** A key's row as it may be shown: neither its digest nor its sealed copy. */
export type KeyRow = {
  id: string
  name: string
  /** The column holds what the contract let through. */
  scope: (typeof SCOPES)[number]
  masked: string
  created_at: Date
  expires_at: Date | null
  last_used_at: Date | null
  revoked_at: Date | null
}

const written = (time: Date | null) => time?.toISOString() ?? null

/** A key's row with its times written out. */
export const shownKey = (row: KeyRow): Output<typeof revokeKey> => ({
  ...row,
  created_at: row.created_at.toISOString(),
  expires_at: written(row.expires_at),
  last_used_at: written(row.last_used_at),
  revoked_at: written(row.revoked_at),
})
