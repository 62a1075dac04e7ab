import { seal, unseal } from '#shared/seal.ts'

type Kept = 'url' | 'secret'

const sealingOf = (secret: string, subscription_id: string, kept: Kept) => ({
  secret,
  purpose: `hub sealed subscription ${kept} v1`,
  owner: subscription_id,
})

/** Seals what a subscription must keep and nobody may read: its URL, which may hold a token, and its signing secret. */
export const sealFor = (secret: string, subscription_id: string, kept: Kept, text: string): Buffer =>
  seal(sealingOf(secret, subscription_id, kept), text)

/** Opens it again; null once HUB_SECRET_KEY is another one. */
export const unsealFor = (
  secret: string,
  subscription_id: string,
  kept: Kept,
  sealed: Uint8Array,
): string | null => unseal(sealingOf(secret, subscription_id, kept), sealed)
