import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'

/** Stands between clients and a server, and cuts connections on which a call has begun. */
export interface CuttingProxy {
  readonly url: string
  readonly cuts: number
  close(): void
}

/** The event by which a client can ask for a result again. */
const BEGUN = 'event: task_id\n'

/** @param every of how many streams one is cut, right after the first event was passed on */
export async function cuttingProxy(target: number, every: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>()
  let [streams, cuts] = [0, 0]
  const proxy = createServer((client) => {
    const server = connect(target, '127.0.0.1')
    for (const socket of [client, server]) sockets.add(socket.on('error', () => {}))
    client.pipe(server)
    server.on('data', (data) => {
      const text = data.toString()
      const begun = text.indexOf(BEGUN)
      if (begun < 0 || ++streams % every > 0) return void client.write(data)
      cuts++
      const end = text.indexOf('\n\n', begun) + 2
      client.end(text.slice(0, end), () => client.destroy())
      server.destroy()
    })
    server.on('close', () => client.end())
    client.on('close', () => server.destroy())
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const { port } = proxy.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    get cuts() {
      return cuts
    },
    close() {
      for (const socket of sockets) socket.destroy()
      proxy.close()
    },
  }
}
