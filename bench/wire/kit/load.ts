import { once } from 'node:events'
import WebSocket from 'ws'

export interface Load {
  readonly url: string
  readonly sessions: number
  readonly seconds: number
  /** What a session sends at its n-th step. */
  readonly action: (session: number, step: number) => string
}

export interface Measured {
  readonly stepsPerSecond: number
  /** Milliseconds from request to reply. */
  readonly latencies: readonly number[]
}

const RESET = '{"type":"reset","data":{"seed":1}}'

/**
 * Sessions of OpenEnv's protocol in a closed loop: each sends its next step when the last is answered, and a reset
 * when its episode has ended, which counts as a step.
 */
export async function loaded({ url, sessions, seconds, action }: Load): Promise<Measured> {
  const sockets = await connectAll(url, sessions)
  const latencies: number[] = []
  const until = performance.now() + seconds * 1000
  const began = performance.now()
  await Promise.all(
    sockets.map((socket, session) => stepping(socket, (step) => action(session, step), until, latencies)),
  )
  const took = (performance.now() - began) / 1000
  for (const socket of sockets) socket.terminate()
  return { stepsPerSecond: latencies.length / took, latencies }
}

/** A few at a time, since listening queues are short. */
async function connectAll(url: string, count: number): Promise<readonly WebSocket[]> {
  const sockets: WebSocket[] = []
  while (sockets.length < count) {
    const batch = Array.from(
      { length: Math.min(50, count - sockets.length) },
      () => new WebSocket(url, { perMessageDeflate: false }),
    )
    await Promise.all(batch.map((socket) => once(socket, 'open')))
    await Promise.all(batch.map((socket) => answered(socket, RESET)))
    sockets.push(...batch)
  }
  return sockets
}

async function answered(socket: WebSocket, frame: string): Promise<void> {
  socket.send(frame)
  const [reply] = await once(socket, 'message')
  readObservation(String(reply))
}

interface Reply {
  readonly type: string
  readonly data: { readonly done: boolean }
}

/** Reads a reply whole, as a client has to. */
function readObservation(text: string): Reply['data'] {
  const { type, data }: Reply = JSON.parse(text)
  if (type !== 'observation') throw new Error(`the server answered ${text.slice(0, 200)}`)
  return data
}

function stepping(
  socket: WebSocket,
  action: (step: number) => string,
  until: number,
  latencies: number[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    let step = 0
    let sent = 0
    const send = (frame: string | null): void => {
      sent = performance.now()
      socket.send(frame ?? JSON.stringify({ type: 'step', data: { action: action(step++) } }))
    }
    socket.on('message', (reply) => {
      const now = performance.now()
      latencies.push(now - sent)
      const { done } = readObservation(String(reply))
      if (now < until) send(done ? RESET : null)
      else resolve()
    })
    socket.once('error', reject)
    socket.once('close', () => resolve())
    send(null)
  })
}
