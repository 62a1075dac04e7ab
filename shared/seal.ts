import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Under which secret a text is sealed, for what use, and to what it belongs; it opens for these alone. */
export type Sealing = { secret: string; purpose: string; owner: string }

const sealingKey = ({ secret, purpose }: Sealing) =>
  new Uint8Array(hkdfSync('sha256', secret, '', purpose, 32))

/** Seals a text under the hub's secret: nonce, tag, cipher text. */
export function seal(sealing: Sealing, text: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, sealingKey(sealing), nonce).setAAD(Buffer.from(sealing.owner))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed])
}

/** Opens what was sealed; null when the secret is another one by now, or it belongs to something else. */
export function unseal(sealing: Sealing, sealed: Uint8Array): string | null {
  const nonce = sealed.subarray(0, NONCE_BYTES)
  const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES)
  const text = sealed.subarray(NONCE_BYTES + TAG_BYTES)
  try {
    const cipher = createDecipheriv(CIPHER, sealingKey(sealing), nonce, { authTagLength: TAG_BYTES })
    cipher.setAAD(Buffer.from(sealing.owner)).setAuthTag(tag)
    return Buffer.concat([cipher.update(text), cipher.final()]).toString('utf8')
  } catch {
    return null
  }
}
