import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import WebSocket, { WebSocketServer } from 'ws'
import { hookSet } from '../../core/reward/hook.ts'
import { listen } from '../../server/listen.ts'
import { printCeiling, rates } from '../measure.ts'
import { echo } from './kit/echo.ts'

/**
 * The ceiling of the wire: a bare `ws` server that answers each frame with the text our server would send. Servers and
 * clients share one thread, so both pay for the same client.
 */
const SOCKETS = 16
const COUNT = 8_000
const RESET = '{"type":"reset","data":{"seed":1}}'
const STEP = JSON.stringify({ type: 'step', data: { action: 'hello' } })

const environments = [{ name: 'echo', load: async () => echo }]
const server = await listen({ environments, hooks: hookSet([]) })
const ours = await connectedTo(`${server.url.replace('http', 'ws')}/echo/ws`)
const [first] = ours
if (!first) throw new Error('no socket is open')
await answerTo(first, RESET)
const reply = await answerTo(first, STEP)

const bare = new WebSocketServer({ port: 0, perMessageDeflate: false })
bare.on('connection', (socket) => socket.on('message', () => socket.send(reply)))
await once(bare, 'listening')
const address = bare.address()
const bareSockets = await connectedTo(`ws://127.0.0.1:${isPort(address) ? address.port : 0}`)

printCeiling(
  `one frame a step, ${SOCKETS} sockets, replies of ${reply.length} characters`,
  'steps',
  await rates([
    { name: 'bare ws echo', count: COUNT, run: (count) => playing(bareSockets, count) },
    { name: 'stepgym', count: COUNT, run: (count) => playing(ours, count) },
  ]),
)
for (const socket of [...ours, ...bareSockets]) socket.terminate()
bare.close()
await server.close()

function isPort(value: AddressInfo | string | null): value is AddressInfo {
  return typeof value === 'object' && value !== null
}

function connectedTo(url: string): Promise<readonly WebSocket[]> {
  return Promise.all(
    Array.from({ length: SOCKETS }, async () => {
      const socket = new WebSocket(url, { perMessageDeflate: false })
      await once(socket, 'open')
      return socket
    }),
  )
}

async function answerTo(socket: WebSocket, frame: string): Promise<string> {
  const answer = once(socket, 'message')
  socket.send(frame)
  const [text] = await answer
  return String(text)
}

/** Closed loops of all sockets: each starts an episode and sends a step when the last is answered. */
async function playing(sockets: readonly WebSocket[], count: number): Promise<void> {
  await Promise.all(sockets.map((socket) => stepping(socket, Math.ceil(count / sockets.length))))
}

function stepping(socket: WebSocket, count: number): Promise<void> {
  return new Promise((resolve) => {
    let answered = 0
    const next = (text: unknown): void => {
      if (answered++ < count) socket.send(String(text).includes('"done":true') ? RESET : STEP)
      else {
        socket.off('message', next)
        resolve()
      }
    }
    socket.on('message', next)
    socket.send(RESET)
  })
}
