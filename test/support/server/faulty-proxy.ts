import { connect, createServer, type Socket } from 'node:net'
import type { Rng } from '../../../core/data/rng.ts'

/** What becomes of a connection after so many bytes from the server. */
type Fate = 'fine' | 'reset' | 'freeze'

export interface FaultyProxy {
  readonly port: number
  readonly fates: Readonly<Record<Fate, number>>
  close(): void
}

/** Stands between clients and a server; resets some connections and lets others go silent, half open. */
export async function faultyProxy(target: number, rng: Rng): Promise<FaultyProxy> {
  const fates = { fine: 0, reset: 0, freeze: 0 }
  const sockets = new Set<Socket>()
  const proxy = createServer((client) => {
    const server = connect(target, '127.0.0.1')
    const fate = rng.choice<Fate>(['fine', 'fine', 'reset', 'freeze'])
    fates[fate]++
    link(client, server, fate, rng.int(200, 6000))
    for (const socket of [client, server]) sockets.add(socket)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const address = proxy.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const close = (): void => {
    for (const socket of sockets) socket.destroy()
    proxy.close()
  }
  return { port, fates, close }
}

function link(client: Socket, server: Socket, fate: Fate, afterBytes: number): void {
  let bytes = 0
  let isFrozen = false
  client.on('data', (data) => void (isFrozen || server.write(data)))
  server.on('data', (data) => {
    bytes += data.length
    if (fate === 'fine' || bytes < afterBytes) client.write(data)
    else if (fate === 'freeze') isFrozen = true
    else for (const socket of [client, server]) socket.resetAndDestroy()
  })
  // A frozen connection shows neither side that the other has gone.
  client.on('error', () => {}).on('close', () => void (isFrozen || server.destroy()))
  server.on('error', () => {}).on('close', () => void (isFrozen || client.destroy()))
}
