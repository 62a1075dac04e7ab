import { BlockList, isIP } from 'node:net'

const addresses = new WeakMap<Request, string>()

/** Notes where the connection of a request came from; the port that took it knows. */
export const noteAddress = (request: Request, address: string): void => void addresses.set(request, address)

const family = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** The addresses and networks of an operator's proxies, as a list that can be asked. */
export function proxyList(proxies: string[]): BlockList {
  const list = new BlockList()
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/')
    if (bits === undefined) list.addAddress(address, family(address))
    else list.addSubnet(address, Number(bits), family(address))
  }
  return list
}

/** Where a request came from, and whether by https; only what a known proxy forwards is believed. */
export type Remote = { address: string; secure: boolean }

/** Reads Remote; of the addresses that proxies forwarded it is the last that is none of them. */
export function remoteOf(request: Request, proxies: BlockList): Remote {
  const by_tls = new URL(request.url).protocol === 'https:'
  const address = addresses.get(request) ?? 'unknown'
  const isProxy = (one: string) => isIP(one) !== 0 && proxies.check(one, family(one))
  if (!isProxy(address)) return { address, secure: by_tls }
  const forwarded = (request.headers.get('x-forwarded-for') ?? '').split(',').map((one) => one.trim())
  const client = forwarded.findLast((one) => isIP(one) !== 0 && !isProxy(one))
  const proto = (request.headers.get('x-forwarded-proto') ?? '').split(',').at(-1)?.trim().toLowerCase()
  return { address: client ?? address, secure: by_tls || proto === 'https' }
}
