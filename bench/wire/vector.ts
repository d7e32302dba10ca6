import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import WebSocket from 'ws'
import { PROTOCOL } from '../../core/protocol.ts'
import { quantile, rounded } from '../measure.ts'
import { loaded } from './load.ts'
import { INSTALL, OPENENV, PYTHON } from './openenv.ts'

/**
 * The echo environment of 2 KB: 64 episodes as sockets of one frame a step, of the real OpenEnv server and of ours, and
 * as 2 sockets of 32 slots, in interleaved rounds. The load comes from this process; of slots it parses every reply.
 */
const PORT = 9313
const URL_OF_ECHO = `ws://127.0.0.1:${PORT}/echo/ws`
const SOCKETS = 2
const SLOTS = 32
const ROUNDS = 5
const SECONDS = 1.5

const THEIR_PORT = 9314
const run = (command: string, ...args: readonly string[]): ChildProcess =>
  spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] })
const source = (name: string): string => join(import.meta.dirname, name)
const theirs = (): Promise<number> => single(`ws://127.0.0.1:${THEIR_PORT}/ws`)
const OURS: Record<string, () => Promise<number>> = {
  'one frame a step, 64 sockets': () => single(URL_OF_ECHO),
  [`${SOCKETS} x ${SLOTS} slots`]: vectors,
}

const servers = [run(process.execPath, '--import', 'tsx', source('serve.ts'), `${PORT}`)]
if (existsSync(PYTHON)) servers.push(run(PYTHON, source('openenv_echo.py'), `${THEIR_PORT}`))
else console.log(`beside ${OPENENV}: skipped, it is not installed. To have it:\n  ${INSTALL}`)
try {
  await ready(URL_OF_ECHO)
  if (servers.length > 1) await ready(`ws://127.0.0.1:${THEIR_PORT}/ws`)
  await compare(servers.length > 1 ? { [OPENENV]: theirs, ...OURS } : OURS)
} finally {
  for (const server of servers) server.kill('SIGKILL')
}

async function ready(url: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      await loaded({ url, sessions: 1, seconds: 0.1, action: () => 'hello' })
      return
    } catch {
      await sleep(200)
    }
  }
  throw new Error(`${url} does not answer`)
}

async function compare(ways: Readonly<Record<string, () => Promise<number>>>): Promise<void> {
  const rates = new Map<string, number[]>(Object.keys(ways).map((name) => [name, []]))
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, measure] of Object.entries(ways)) rates.get(name)?.push(await measure())
  const base = quantile([...rates.values()][0] ?? [], 0.5)
  console.table(
    Object.fromEntries(
      [...rates].map(([name, all]) => [
        name,
        {
          'steps/s': rounded(quantile(all, 0.5)),
          spread: `${rounded(Math.min(...all))} to ${rounded(Math.max(...all))}`,
          ratio: (quantile(all, 0.5) / base).toFixed(2),
        },
      ]),
    ),
  )
}

async function single(url: string): Promise<number> {
  const action = (session: number, step: number): string => `session ${session} says ${step}`
  const { stepsPerSecond } = await loaded({ url, sessions: SOCKETS * SLOTS, seconds: SECONDS, action })
  return stepsPerSecond
}

async function vectors(): Promise<number> {
  const sockets = await Promise.all(Array.from({ length: SOCKETS }, opened))
  const until = performance.now() + SECONDS * 1000
  const began = performance.now()
  const steps = await Promise.all(sockets.map((each, index) => stepping(each, index, until)))
  const took = (performance.now() - began) / 1000
  for (const { socket } of sockets) socket.terminate()
  return steps.reduce((sum, count) => sum + count, 0) / took
}

interface Opened {
  readonly socket: WebSocket
  readonly vector: string
}

async function opened(): Promise<Opened> {
  const socket = new WebSocket(URL_OF_ECHO, [PROTOCOL], { perMessageDeflate: false })
  await once(socket, 'message')
  const slots = Array.from({ length: SLOTS }, (_, seed) => ({ seed }))
  socket.send(JSON.stringify({ type: 'vector.open', id: 0, autoreset: 'same-step', slots }))
  for (;;) {
    const [reply] = await once(socket, 'message')
    const { vector, isLast }: { vector: string; isLast: boolean } = JSON.parse(String(reply))
    if (isLast) return { socket, vector }
  }
}

/** @returns Steps that were answered. */
function stepping({ socket, vector }: Opened, name: number, until: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let round = 0
    let steps = 0
    const send = (ack: number): void => {
      const actions = Array.from({ length: SLOTS }, (_, slot) => `slot ${slot} of ${name} says ${round}`)
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

interface Reply {
  readonly type: string
  readonly seq: number
  readonly slots: readonly number[]
  readonly isLast: boolean
  readonly error: readonly unknown[]
}
