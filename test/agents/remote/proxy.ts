import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { closeAfterTest } from '../../support/cleanup.ts'

/** A network between client and server that can fail. */
export interface Proxy {
  readonly url: string
  /** Connections so far. */
  readonly connections: number
  /** Breaks every connection that there is. */
  cut(): void
  /** Connections stay open and nothing gets through; new ones are as good as ever. */
  freeze(): void
  /** Whether new connections are refused. */
  refuse(isRefusing: boolean): void
  /** Bytes from the server, over all connections, after which everything is cut, in the middle of a frame or not. */
  bytesLeft: number
}

export async function proxyTo(url: string): Promise<Proxy> {
  const target = Number(new URL(url).port)
  const open = new Set<Socket>()
  let isRefusing = false
  let connections = 0
  const server = createServer((client) => {
    if (isRefusing) {
      client.destroy()
      return
    }
    connections++
    const upstream = connect(target, '127.0.0.1')
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(from)
      from.on('error', () => {})
      from.on('close', () => {
        open.delete(from)
        to.destroy()
      })
    }
    client.on('data', (data) => upstream.write(data))
    upstream.on('data', (data) => {
      client.write(data.subarray(0, proxy.bytesLeft))
      proxy.bytesLeft -= data.length
      if (proxy.bytesLeft <= 0) proxy.cut()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy: Proxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get connections() {
      return connections
    },
    cut() {
      for (const socket of open) socket.destroySoon()
    },
    freeze() {
      for (const socket of open) socket.pause()
    },
    refuse(refusing) {
      isRefusing = refusing
    },
    bytesLeft: Number.POSITIVE_INFINITY,
  }
  closeAfterTest(() => {
    proxy.cut()
    server.close()
  })
  return proxy
}
