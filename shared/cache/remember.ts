import type { Static, TSchema } from '@sinclair/typebox'
import { checkOf } from '../schema/check.ts'
import type { Cache } from './cache.ts'

type What<T extends TSchema> = { key: string; ttl_ms: number; schema: T }

/** Another version of the hub may have written it, or somebody else: it is what it should be, or nothing. */
function read<T extends TSchema>(text: string, schema: T): Static<T> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return checkOf(schema).Check(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** What the cache has under a key, or else what `make` makes, kept for the next who asks. */
export async function remember<T extends TSchema>(
  cache: Cache,
  { key, ttl_ms, schema }: What<T>,
  make: () => Promise<Static<T>>,
): Promise<Static<T>> {
  const text = await cache.get(key)
  const known = text === null ? undefined : read(text, schema)
  if (known !== undefined) return known
  const made = await make()
  await cache.set(key, JSON.stringify(made), ttl_ms)
  return made
}
