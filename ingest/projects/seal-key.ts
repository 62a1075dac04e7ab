import { seal, unseal, type Sealing } from '#shared/seal.ts'

/** Whose key is sealed; a sealed copy opens for these ids only. */
export type Owner = { project_id: string; key_id: string }

const sealingOf = (secret: string, { project_id, key_id }: Owner): Sealing => ({
  secret,
  purpose: 'hub sealed main key v1',
  owner: `${project_id}${key_id}`,
})

/** Seals a key under the hub's secret. */
export const sealKey = (secret: string, owner: Owner, api_key: string): Buffer =>
  seal(sealingOf(secret, owner), api_key)

/** Opens a sealed key; null when the secret is another one by now, or the copy belongs to another key. */
export const openKey = (secret: string, owner: Owner, sealed: Uint8Array): string | null =>
  unseal(sealingOf(secret, owner), sealed)
