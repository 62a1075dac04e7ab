import { hash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import type { Cache } from '#shared/cache/cache.ts'

const WINDOW_MS = 15 * 60_000

/** How many attempts a quarter of an hour has: of one person from one place, from one place, and of one person. */
const MOST = { pair: 8, address: 60, person: 200 }

/** An attempt to prove who one is: `person` is the address typed, or what stands for it. */
export type Attempt = { person: string; address: string }

/** Whoever has one IPv6 address has its whole network of 64 bits. */
function placeOf(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const after = tail ? tail.split(':') : []
  const zeros = tail === undefined ? 0 : 8 - groups.length - after.length
  return [...groups, ...Array.from({ length: zeros }, () => '0'), ...after].slice(0, 4).join(':')
}

const keyOf = (kind: keyof typeof MOST, ...what: string[]) =>
  `sign-in:${kind}:${hash('sha256', JSON.stringify(what), 'hex')}`

/** Counts an attempt; `first` is the one with which the refusals of a person from a place begin. */
export async function countAttempt(
  cache: Cache,
  { person, address }: Attempt,
): Promise<{ refused: boolean; first: boolean }> {
  const place = placeOf(address)
  const [pair, of_place, of_person] = await Promise.all([
    cache.increment(keyOf('pair', person, place), WINDOW_MS),
    cache.increment(keyOf('address', place), WINDOW_MS),
    cache.increment(keyOf('person', person), WINDOW_MS),
  ])
  return {
    refused: pair > MOST.pair || of_place > MOST.address || of_person > MOST.person,
    first: pair === MOST.pair + 1,
  }
}

/** Forgets the failed attempts of a person from a place, once one succeeded. */
export const forgetAttempts = async (cache: Cache, { person, address }: Attempt): Promise<void> =>
  cache.set(keyOf('pair', person, placeOf(address)), '0', WINDOW_MS)
