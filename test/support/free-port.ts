import { createServer } from 'node:net'

/** Below the ports that systems give to outgoing connections, which could take a free port before its server does. */
const FIRST = 10_000
const COUNT = 20_000

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const port = FIRST + Math.floor(Math.random() * COUNT)
  return (await isFree(port)) ? port : freePort()
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
