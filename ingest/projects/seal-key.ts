import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16
const PURPOSE = 'hub sealed main key v1'

/** Whose key is sealed; a sealed copy opens for these ids only. */
export type Owner = { project_id: string; key_id: string }

const sealingKey = (secret: string) => new Uint8Array(hkdfSync('sha256', secret, '', PURPOSE, 32))

const associated = ({ project_id, key_id }: Owner) => Buffer.from(`${project_id}${key_id}`)

/** Seals a key under the hub's secret: nonce, tag, cipher text. */
export function sealKey(secret: string, owner: Owner, api_key: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, sealingKey(secret), nonce).setAAD(associated(owner))
  const text = Buffer.concat([cipher.update(api_key, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), text])
}

/** Opens a sealed key; null when the secret is another one by now, or the copy belongs to another key. */
export function openKey(secret: string, owner: Owner, sealed: Uint8Array): string | null {
  const nonce = sealed.subarray(0, NONCE_BYTES)
  const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES)
  const text = sealed.subarray(NONCE_BYTES + TAG_BYTES)
  try {
    const cipher = createDecipheriv(CIPHER, sealingKey(secret), nonce, { authTagLength: TAG_BYTES })
    cipher.setAAD(associated(owner)).setAuthTag(tag)
    return Buffer.concat([cipher.update(text), cipher.final()]).toString('utf8')
  } catch {
    return null
  }
}
