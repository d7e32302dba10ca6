import { BlockList, isIP } from 'node:net'
import { GymError } from '../core/data/errors.ts'
import { shown } from '../core/data/shown.ts'

/** Addresses of this machine and of networks that only it can reach. */
const LOCAL = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  LOCAL.addSubnet(network, bits, 'ipv4')
for (const [network, bits] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  LOCAL.addSubnet(network, bits, 'ipv6')

/** Whether an address is of this machine, of its link or of a private network; anything that is not an address counts too. */
export function isLocalAddress(address: string): boolean {
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? []
  if (mapped !== undefined) return isLocalAddress(mapped)
  const family = isIP(address)
  return family === 0 || LOCAL.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

/** Origins that a page may load from: `https://example.org`, `http://127.0.0.1:3000`. */
export class Origins {
  readonly #origins: ReadonlySet<string>
  readonly #hosts: ReadonlySet<string>

  /** @throws GymError CONFIG_INVALID for anything but origins of http and https */
  constructor(origins: readonly string[]) {
    const urls = origins.map(originOf)
    this.#origins = new Set(urls.map(({ origin }) => origin))
    this.#hosts = new Set(urls.map(hostAndPortOf))
  }

  /** Whether an address is of a listed origin, by its name alone; sockets count as pages of their origin. */
  allows(address: string): boolean {
    const url = parsed(address)
    if (url === null) return false
    return this.#origins.has(url.origin.replace(/^ws/, 'http')) || this.#isSocket(url)
  }

  /** Whether something is listed at this host and port. */
  allowsHost(host: string, port: number): boolean {
    return this.#hosts.has(`${host.toLowerCase()}:${port}`)
  }

  /**
   * Why an address that a name has must not be connected to; null where it may. An address of this machine or its networks must be
   * listed itself, as an address or as `localhost`: a name of elsewhere does not lead there.
   */
  refusalOf(host: string, address: string): string | null {
    if (!isLocalAddress(address)) return null
    const name = host.replace(/^\[|\]$/g, '')
    if (isIP(name) !== 0 || name === 'localhost') return null
    return `${host} has the address ${address}, which is of this machine or its network`
  }

  #isSocket({ protocol, host, port, hostname }: URL): boolean {
    if (protocol !== 'ws:' && protocol !== 'wss:') return false
    const standard = protocol === 'ws:' ? 80 : 443
    return host !== '' && this.allowsHost(hostname, port === '' ? standard : Number(port))
  }
}

function originOf(text: string): URL {
  const url = parsed(text)
  const isOrigin =
    url !== null &&
    !url.host.includes('*') &&
    /^https?:$/.test(url.protocol) &&
    [url.origin, `${url.origin}/`].includes(text)
  if (url === null || !isOrigin)
    throw new GymError(
      'CONFIG_INVALID',
      `an origin is like https://example.org or http://127.0.0.1:3000, not ${shown(text)}`,
    )
  return url
}

function hostAndPortOf({ hostname, port, protocol }: URL): string {
  return `${hostname}:${port === '' ? (protocol === 'http:' ? 80 : 443) : port}`
}

function parsed(text: string): URL | null {
  try {
    return new URL(text)
  } catch {
    return null
  }
}
