import { HubError } from '#shared/errors.ts'
import { outbound, outboundCheck, type OutboundOptions } from '#shared/http/outbound.ts'
import type { Deps } from '#shared/service.ts'
import type { NotifyDeps } from './deps.ts'

/** Ports of other protocols, as browsers refuse them too: a POST must not become a mail or a shell. */
const BAD_PORTS = new Set([
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 53, 79, 110, 111, 143, 389, 465, 587, 993, 995,
])

const REASONS: Record<string, string> = {
  bad_url: 'Give an http or https URL without a name and password',
  blocked_address:
    'The URL leads to an address that is not public; an operator can allow it in HUB_OUTBOUND_ALLOW',
  dns: 'The host of the URL has no address',
  bad_port: 'The port of the URL belongs to another protocol',
  not_https: 'In production a URL must start with https://',
}

const refuse = (reason: string) => new HubError('url_not_allowed', { detail: REASONS[reason] ?? reason })

/** The way out of the hub: the client that keeps to public addresses, and the same rules for when a URL is saved. */
export function openOutside(
  { config }: Deps,
  options: OutboundOptions = {},
): Pick<NotifyDeps, 'send' | 'checkUrl' | 'random'> {
  const check = outboundCheck(config, options)
  return {
    send: outbound(config, options),
    async checkUrl(text) {
      const fault = await check(text)
      if (fault !== null) throw refuse(fault)
      const { protocol, port } = new URL(text)
      if (BAD_PORTS.has(Number(port || 443))) throw refuse('bad_port')
      if (config.env === 'production' && protocol !== 'https:') throw refuse('not_https')
    },
    random: Math.random,
  }
}
