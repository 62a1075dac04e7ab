import type { Subscription } from '#shared/contract/subscriptions.ts'

/**
 * A URL as it may be shown: its origin and the start of its path. What comes after could be a token, as it is in Slack's,
 * whose path is not shown at all.
 */
export function shownUrl(text: string, format: Subscription['format']): string {
  const url = new URL(text)
  const [first = '', ...rest] = url.pathname.slice(1).split('/')
  if (format === 'slack') return `${url.origin}/…`
  const hides = rest.some((part) => part !== '') || url.search !== ''
  return `${url.origin}/${first}${hides ? (first === '' ? '…' : '/…') : ''}`
}
