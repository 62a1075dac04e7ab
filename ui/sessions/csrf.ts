import { createHmac, timingSafeEqual } from 'node:crypto'

const LENGTH = 43

/** The word that a form must bring along; only a page that this browser was shown has it. */
export const csrfOf = (secret: string, bound_to: string): string =>
  createHmac('sha256', secret).update(`form v1 ${bound_to}`).digest('base64url')

/** Whether a form brought the right word. */
export function isRightCsrf(given: string | null, right: string): boolean {
  if (given?.length !== LENGTH || right.length !== LENGTH) return false
  const [one, other] = [Buffer.from(given), Buffer.from(right)]
  return one.length === other.length && timingSafeEqual(one, other)
}
