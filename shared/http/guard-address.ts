import ipaddr from 'ipaddr.js'

/** Says whether a connection to an address may be made. */
export type AddressGuard = (address: string) => boolean

/** Loopback, which a hub in development on loopback may reach: a judge or a receiver on the same machine. */
export const LOOPBACK_NETWORKS = ['127.0.0.0/8', '::1/128']

/** Public by its number, and yet the door to what a machine at Azure may know. */
const METADATA = new Set(['168.63.129.16'])

/** All of IPv6 that is routed on the Internet; whatever else is carved out of it is told by its range. */
const ROUTED_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3')

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number]

function readNetwork(text: string): Network {
  if (text.includes('/')) return ipaddr.parseCIDR(text)
  const address = ipaddr.parse(text)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

function isWithin(address: ipaddr.IPv4 | ipaddr.IPv6, [network, bits]: Network): boolean {
  return address.kind() === network.kind() && address.match(network, bits)
}

function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== 'unicast' || METADATA.has(address.toString())) return false
  return address.kind() === 'ipv4' || isWithin(address, [ROUTED_IPV6[0], ROUTED_IPV6[1]])
}

/**
 * Lets through public addresses and the networks of `allowed`. Private, loopback, link-local, metadata, shared (CGNAT),
 * multicast, reserved ones and IPv6 forms that carry an IPv4 address are refused; a mapped one counts as what it maps.
 */
export function addressGuard(allowed: readonly string[]): AddressGuard {
  const networks = allowed.map(readNetwork)
  return (text) => {
    if (!ipaddr.isValid(text)) return false
    const address = ipaddr.process(text)
    return isPublic(address) || networks.some((network) => isWithin(address, network))
  }
}
