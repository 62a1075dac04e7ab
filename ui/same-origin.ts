/**
 * Whether a form came from a page of this hub. Browsers say so themselves in Sec-Fetch-Site;
 * older ones send an Origin, which must be the host they asked.
 */
export function isSameOrigin(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin'
  const origin = request.headers.get('origin') ?? ''
  const host = request.headers.get('host') ?? new URL(request.url).host
  return URL.canParse(origin) && new URL(origin).host === host
}
