import { lookup } from 'node:dns/promises'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { type Duplex, pipeline } from 'node:stream'
import { messageOf } from '../core/data/errors.ts'
import type { Origins } from './origins.ts'

/** Addresses of a name. */
export type Resolve = (host: string) => Promise<readonly string[]>

/** Takes what was refused, and why. */
export type Refused = (address: string, reason: string) => void

const byDns: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address)

const CONNECT_MS = 15_000

/**
 * The one way of a page to the network: a proxy on this machine that finds the address of a name itself, and connects to the very address that it
 * has checked. A name that has another address a moment later leads nowhere else.
 */
export class GuardedProxy {
  readonly #origins: Origins
  readonly #refused: Refused
  readonly #resolve: Resolve
  readonly #server: Server
  readonly #sockets = new Set<Duplex>()

  private constructor(origins: Origins, refused: Refused, resolve: Resolve) {
    this.#origins = origins
    this.#refused = refused
    this.#resolve = resolve
    this.#server = createServer((from, to) => void this.#forward(from, to))
    this.#server.on(
      'connect',
      (from: IncomingMessage, socket: Duplex, head: Buffer) => void this.#tunnel(from, socket, head),
    )
    this.#server.on('connection', (socket) => this.#keep(socket))
    this.#server.unref()
  }

  /** @param resolve how names are found, for tests */
  static async open(origins: Origins, refused: Refused, resolve: Resolve = byDns): Promise<GuardedProxy> {
    const proxy = new GuardedProxy(origins, refused, resolve)
    await new Promise<void>((resolved) => proxy.#server.listen(0, '127.0.0.1', resolved))
    return proxy
  }

  /** Such as `http://127.0.0.1:41234`. */
  get url(): string {
    const { port } = this.#server.address() as AddressInfo
    return `http://127.0.0.1:${port}`
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }

  async #forward(from: IncomingMessage, to: ServerResponse): Promise<void> {
    try {
      const { hostname, port, pathname, search, protocol } = new URL(from.url ?? '')
      if (protocol !== 'http:') throw new Error('not http')
      const to80 = port === '' ? 80 : Number(port)
      const host = await this.#addressOf(hostname, to80)
      const headers = endToEnd(from.headers)
      const path = `${pathname}${search}`
      const asked = request({ host, port: to80, path, method: from.method, headers, timeout: CONNECT_MS })
      asked.on('response', (given) => handOn(given, to))
      // A page that wants another protocol, as a WebSocket does, asks for a tunnel.
      asked.on('upgrade', (_, socket) => socket.destroy())
      asked.on('error', () => to.destroy()).on('close', () => to.headersSent || to.destroy())
      pipeline(from, asked, () => {})
    } catch (thrown) {
      this.#report(from.url, thrown)
      // Without an answer the browser shows none, and the page stays where it is.
      to.destroy()
    }
  }

  async #tunnel(from: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    this.#keep(socket)
    try {
      const { hostname, port } = new URL(`https://${from.url}`)
      const number = port === '' ? 443 : Number(port)
      const there = connect({ host: await this.#addressOf(hostname, number), port: number, timeout: CONNECT_MS })
      this.#keep(there)
      there.on('connect', () => {
        there.setTimeout(0)
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
        there.write(head)
        there.pipe(socket).pipe(there)
      })
      for (const [one, other] of [
        [there, socket],
        [socket, there],
      ] as const)
        one.on('error', () => other.destroy()).on('timeout', () => other.destroy())
    } catch (thrown) {
      this.#report(from.url, thrown)
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    }
  }

  /** The address to connect to. @throws Error with the reason why there is none */
  async #addressOf(hostname: string, port: number): Promise<string> {
    if (!this.#origins.allowsHost(hostname, port)) throw new Unlisted()
    const name = hostname.replace(/^\[|\]$/g, '')
    const addresses = await this.#resolve(name)
    const refusal = addresses.map((address) => this.#origins.refusalOf(hostname, address)).find((each) => each !== null)
    if (refusal) throw new Error(refusal)
    const [address] = addresses
    if (address === undefined) throw new Error(`${hostname} has no address`)
    return address
  }

  /** What is not listed is the browser's own traffic: what pages ask for is refused before. */
  #report(address: string | undefined, thrown: unknown): void {
    if (!(thrown instanceof Unlisted)) this.#refused(address ?? '', messageOf(thrown))
  }

  #keep(socket: Duplex | Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => socket.destroy())
  }
}

/** Headers of one connection, not of what is sent over it. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade'],
])

const endToEnd = (headers: IncomingHttpHeaders): IncomingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name)))

/** Forwards an answer. One that HTTP has no words for, or that breaks off, is one that does not come. */
function handOn(given: IncomingMessage, to: ServerResponse): void {
  try {
    to.writeHead(given.statusCode ?? 502, endToEnd(given.headers))
    pipeline(given, to, () => {})
  } catch {
    given.destroy()
    to.destroy()
  }
}

/** Host that is in no allowed origin. */
class Unlisted extends Error {}
