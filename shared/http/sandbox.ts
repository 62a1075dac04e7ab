/**
 * What bytes carry that somebody else made: nothing in them runs or loads anything, no other origin may embed them, and a
 * browser takes them for no other type. Only the browser of who asked may keep them, for a while.
 */
export const SANDBOX: Record<string, string> = {
  'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'cache-control': 'private, max-age=300',
  vary: 'cookie, authorization, x-api-key, x-project-id',
}
