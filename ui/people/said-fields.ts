import { clean } from '#shared/protocol/clean.ts'

const LONGEST_EMAIL = 254
const LONGEST_NAME = 255
const EMAIL = /^[^\s@\p{C}]+@[^\s@\p{C}]+$/u

/** An e-mail address as it is stored and compared; null when it is none. */
export function readEmail(text: string): string | null {
  if (text.length > 4 * LONGEST_EMAIL) return null
  const email = text.normalize('NFC').trim().toLowerCase()
  return email.length <= LONGEST_EMAIL && EMAIL.test(email) ? email : null
}

/** A person's name; null when it says nothing or is too long. */
export function readName(text: string): string | null {
  const name = clean(text).normalize('NFC').trim()
  return name !== '' && name.length <= LONGEST_NAME ? name : null
}
