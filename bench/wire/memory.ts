import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import WebSocket from 'ws'
import { PROTOCOL } from '../../core/protocol/index.ts'
import { rounded } from '../measure.ts'

/**
 * What 1,000 sessions of the native dialect hold in a server of the web shop, after one episode of searches and pages
 * and after many: bytes on the heap and beside it (buffers), and of the whole process, over what the server held
 * before. The budget is 100 KB a session, its socket included. A client that never acknowledges makes the server keep
 * `storedReplies` pages for it, in the long run. Clients live in this process.
 */
const SESSIONS = 1000
const STEPS = 15
/** One after the other: what the first leaves behind, and what is reached after long. */
const EPISODES = [1, 20]
const BUDGET_KB = 100
const PORT = 9321
const URL = `ws://127.0.0.1:${PORT}/webshop/ws`

interface Held {
  readonly heapUsed: number
  readonly external: number
  readonly rss: number
}

const ACTIONS = ['click[next >]', 'click[next >]', 'click[< prev]', 'click[back to search]']
const actionOf = (session: number, step: number): string =>
  step % 5 === 0 ? `search[gift ${(session * 7 + step) % 500} for daily use]` : (ACTIONS[(step % 5) - 1] ?? '')

interface Round {
  readonly acknowledges: boolean
  readonly episodes: number
}

const seen: Record<string, object> = {}
for (const episodes of EPISODES) for (const acknowledges of [true, false]) await measure({ acknowledges, episodes })
console.log(`\n${SESSIONS} sessions in the web shop, episodes of ${STEPS} steps: KB a session`)
console.table(seen)

async function measure(round: Round): Promise<void> {
  const server = serving()
  try {
    await listening()
    // What is opened and compiled once for all is not a session's.
    await played(50, round, ended)
    const before = await heldBy(server)
    await played(SESSIONS, round, async (sockets) => {
      note(round, before, await heldBy(server))
      leave(sockets)
    })
  } finally {
    server.kill('SIGKILL')
  }
}

function serving(): ChildProcess {
  const source = join(import.meta.dirname, 'kit/serve.ts')
  const args = ['--expose-gc', '--import', 'tsx', source, `${PORT}`]
  return spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
}

async function listening(): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt++) {
    const socket = new WebSocket(URL, [PROTOCOL])
    const isOpen = await once(socket, 'message').then(
      () => true,
      () => false,
    )
    socket.terminate()
    if (isOpen) return
    await sleep(200)
  }
  throw new Error('the server does not answer')
}

/** The server collects its garbage, and says what it still holds. */
async function heldBy(server: ChildProcess): Promise<Held> {
  await sleep(300)
  server.send('held')
  const [held] = await once(server, 'message')
  return held
}

async function played(
  sessions: number,
  round: Round,
  use: (sockets: readonly WebSocket[]) => Promise<void> | void,
): Promise<void> {
  const sockets: WebSocket[] = []
  while (sockets.length < sessions)
    sockets.push(...(await Promise.all(Array.from({ length: 50 }, (_, at) => session(sockets.length + at, round)))))
  await use(sockets)
}

async function session(number: number, { acknowledges, episodes }: Round): Promise<WebSocket> {
  const socket = new WebSocket(URL, [PROTOCOL], { perMessageDeflate: false })
  await once(socket, 'message')
  let seq = 0
  const ask = async (request: object): Promise<{ readonly episode: string; readonly ending?: string | null }> => {
    socket.send(JSON.stringify({ ...request, ...(acknowledges && seq > 0 && { ack: seq }) }))
    const [text] = await once(socket, 'message')
    const reply = JSON.parse(String(text))
    if (reply.type === 'error') throw new Error(`the server answered ${String(text).slice(0, 200)}`)
    seq = reply.seq
    return reply
  }
  for (let asked = 0; asked < episodes * (STEPS + 1); ) {
    const { episode } = await ask({ type: 'reset', id: asked++, seed: number + asked })
    for (let step = 0; step < STEPS; step++)
      await ask({ type: 'step', id: asked++, episode, action: actionOf(number + asked, step) })
  }
  return socket
}

/** In good order, so that the server keeps nothing for their return. */
async function ended(sockets: readonly WebSocket[]): Promise<void> {
  for (const socket of sockets) socket.send('{"type":"close","id":"end"}')
  await Promise.all(sockets.map((socket) => once(socket, 'close')))
}

function leave(sockets: readonly WebSocket[]): void {
  for (const socket of sockets) socket.terminate()
}

function note({ acknowledges, episodes }: Round, before: Held, after: Held): void {
  const each = (bytes: number): number => bytes / SESSIONS / 1000
  const heap = each(after.heapUsed + after.external - before.heapUsed - before.external)
  const name = `${episodes === 1 ? 'one episode' : `${episodes} episodes`}, ${acknowledges ? '' : 'never '}acknowledging`
  seen[name] = {
    'heap and buffers': rounded(heap),
    'process (RSS)': rounded(each(after.rss - before.rss)),
    budget: BUDGET_KB,
    holds: heap <= BUDGET_KB,
  }
}
