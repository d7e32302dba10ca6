import { once } from 'node:events'
import WebSocket from 'ws'
import { PROTOCOL } from '../../../core/protocol/index.ts'

export interface VectorLoad {
  readonly url: string
  readonly sockets: number
  readonly slots: number
  readonly seconds: number
}

export interface VectorMeasured {
  readonly steps: number
  readonly seconds: number
}

interface Opened {
  readonly socket: WebSocket
  readonly vector: string
}

interface Reply {
  readonly type: string
  readonly seq: number
  readonly slots: readonly number[]
  readonly isLast: boolean
  readonly error: readonly unknown[]
}

/** Vectors in a closed loop: each steps all its slots when all are answered. Every reply is read whole. */
export async function loadedVectors({ url, sockets, slots, seconds }: VectorLoad): Promise<VectorMeasured> {
  const all = await Promise.all(Array.from({ length: sockets }, () => opened(url, slots)))
  const began = performance.now()
  const until = began + seconds * 1000
  const steps = await Promise.all(all.map((each, index) => stepping(each, slots, index, until)))
  const took = (performance.now() - began) / 1000
  await Promise.all(all.map(closed))
  return { steps: steps.reduce((sum, count) => sum + count, 0), seconds: took }
}

async function opened(url: string, slots: number): Promise<Opened> {
  const socket = new WebSocket(url, [PROTOCOL], { perMessageDeflate: false })
  await once(socket, 'message')
  const starts = Array.from({ length: slots }, (_, seed) => ({ seed }))
  const open = JSON.stringify({ type: 'vector.open', id: 0, autoreset: 'same-step', slots: starts })
  return { socket, vector: await nameOfVector(socket, open) }
}

/** A reply may come in several frames, and several frames at once. */
function nameOfVector(socket: WebSocket, open: string): Promise<string> {
  return new Promise((resolve) => {
    const read = (text: WebSocket.RawData): void => {
      const { vector, isLast }: { vector: string; isLast: boolean } = JSON.parse(String(text))
      if (!isLast) return
      socket.off('message', read)
      resolve(vector)
    }
    socket.on('message', read)
    socket.send(open)
  })
}

/** Without it a server keeps the session, and all its steps, for one that lost its socket and comes back. */
async function closed({ socket }: Opened): Promise<void> {
  socket.removeAllListeners('message')
  socket.send(JSON.stringify({ type: 'close', id: 'end' }))
  await once(socket, 'close')
}

/** @returns Steps that were answered. */
function stepping({ socket, vector }: Opened, slots: number, name: number, until: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let round = 0
    let steps = 0
    const send = (ack: number): void => {
      const actions = Array.from({ length: slots }, (_, slot) => `slot ${slot} of ${name} says ${round}`)
      socket.send(JSON.stringify({ type: 'vector.step', id: ++round, ack, vector, actions }))
    }
    socket.on('message', (text) => {
      const reply: Reply = JSON.parse(String(text))
      if (reply.type !== 'vector.step' || reply.error.some((error) => error !== null))
        reject(new Error(`the server answered ${String(text).slice(0, 200)}`))
      steps += reply.slots.length
      if (!reply.isLast) return
      if (performance.now() < until) send(reply.seq)
      else resolve(steps)
    })
    socket.once('error', reject)
    send(0)
  })
}
