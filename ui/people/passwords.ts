const LEAST = 10
const MOST = 256
/** Longer than the longest password in any form of Unicode; looked at before any work is done on it. */
const MOST_UNITS = 4 * MOST

const ARGON2ID = { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 } as const
const AT_ONCE = 2
const MOST_WAITING = 30

/** What is wrong with a new password; null when nothing is. */
export type PasswordFault = 'short' | 'long' | 'differs' | null

const lengthOf = (text: string) => Array.from(text).length

/** The same characters typed on another machine are the same password. */
function normal(password: string): string | null {
  if (password.length > MOST_UNITS) return null
  const text = password.normalize('NFKC')
  return lengthOf(text) <= MOST ? text : null
}

/** Judges a new password, typed twice. */
export function passwordFault(password: string, again: string): PasswordFault {
  const text = normal(password)
  if (text === null) return 'long'
  if (lengthOf(text) < LEAST) return 'short'
  return text === normal(again) ? null : 'differs'
}

/** More passwords wait to be checked than may. */
export class TooBusy extends Error {
  override readonly name = 'TooBusy'
}

/** Hashes and checks passwords, two at a time: each takes 19 MB and a core for a while. */
export function openPasswords() {
  const waiting: (() => void)[] = []
  let running = 0

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (waiting.length >= MOST_WAITING) throw new TooBusy()
    if (running < AT_ONCE) running++
    else await new Promise<void>((begin) => waiting.push(begin))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }

  const hash = async (password: string) =>
    inTurn(async () => Bun.password.hash(normal(password) ?? '', ARGON2ID))
  // Checked where there is no person, so that this takes as long as a wrong password.
  const nobody = hash(crypto.randomUUID())
  return {
    hash,
    /** Whether it is the password of that hash; null is nobody's, and takes the same time. */
    async verify(password: string, known: string | null): Promise<boolean> {
      const text = normal(password)
      if (text === null || text === '') return false
      const against = known ?? (await nobody)
      const same = await inTurn(async () => Bun.password.verify(text, against))
      return same && known !== null
    },
  }
}

export type Passwords = ReturnType<typeof openPasswords>
