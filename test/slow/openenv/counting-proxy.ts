import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'

/** Stands between clients and a server and counts whole messages each way. */
export interface CountingProxy {
  readonly url: string
  readonly counts: { readonly fromClients: number; readonly fromServer: number }
  close(): void
}

export async function countingProxy(target: string): Promise<CountingProxy> {
  const counts = { fromClients: 0, fromServer: 0 }
  const proxy = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  proxy.on('connection', async (client, { url }) => {
    const server = new WebSocket(target.replace(/^http/, 'ws') + url)
    const early: string[] = []
    client.on('message', (data) => {
      counts.fromClients++
      if (server.readyState === server.OPEN) server.send(data.toString())
      else early.push(data.toString())
    })
    server.on('message', (data) => {
      counts.fromServer++
      client.send(data.toString())
    })
    client.on('close', () => server.close())
    server.on('close', () => client.close())
    await once(server, 'open')
    for (const message of early) server.send(message)
  })
  await once(proxy, 'listening')
  const { port } = proxy.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, counts, close: () => proxy.close() }
}
