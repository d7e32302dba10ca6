import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { quantile, rounded } from '../measure.ts'
import { loaded } from './kit/load.ts'
import { INSTALL, installed, OPENENV, PYTHON } from './kit/openenv.ts'
import { cpuMicroseconds, run, serving, source } from './kit/processes.ts'
import { loadedVectors } from './kit/vectors.ts'

/**
 * The echo environment of 2 KB: 64 episodes as sockets of one frame a step, of the real OpenEnv server and of ours, and
 * as 2 sockets of 32 slots, in interleaved rounds. The load comes from this process, which reads every reply whole.
 */
const PORT = 9313
const THEIR_PORT = 9314
const SOCKETS = 2
const SLOTS = 32
const ROUNDS = 5
const SECONDS = 1.5
/** A minute: a busy machine is slow to start a server. */
const ATTEMPTS = 300

interface Way {
  readonly name: string
  readonly url: string
  readonly server: ChildProcess
  readonly load: (url: string) => Promise<{ readonly steps: number; readonly seconds: number }>
}

/** Figures of one round; processor time in microseconds a step. */
interface Figures {
  readonly stepsPerSecond: number
  readonly serverTime: number
  readonly clientTime: number
}

const single: Way['load'] = async (url) => {
  const action = (session: number, step: number): string => `session ${session} says ${step}`
  const { stepsPerSecond, latencies } = await loaded({ url, sessions: SOCKETS * SLOTS, seconds: SECONDS, action })
  return { steps: latencies.length, seconds: latencies.length / stepsPerSecond }
}
const vector: Way['load'] = (url) => loadedVectors({ url, sockets: SOCKETS, slots: SLOTS, seconds: SECONDS })

const server = serving(PORT)
const ours = { url: `ws://127.0.0.1:${PORT}/echo/ws`, server }
const ways: Way[] = [
  { name: 'one frame a step, 64 sockets', ...ours, load: single },
  { name: `${SOCKETS} x ${SLOTS} slots`, ...ours, load: vector },
]
if (installed()) {
  const theirs = run(PYTHON, source('openenv_server.py'), 'endless-page', `${THEIR_PORT}`)
  ways.unshift({ name: OPENENV, url: `ws://127.0.0.1:${THEIR_PORT}/ws`, server: theirs, load: single })
} else console.log(`beside ${OPENENV}: skipped, it is not installed. To have it:\n  ${INSTALL}`)
try {
  for (const { url } of ways) await ready(url)
  await compare()
} finally {
  for (const way of ways) way.server.kill('SIGKILL')
}

async function ready(url: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      await loaded({ url, sessions: 1, seconds: 0.1, action: () => 'hello' })
      return
    } catch {
      await sleep(200)
    }
  }
  throw new Error(`${url} does not answer`)
}

async function compare(): Promise<void> {
  const seen = new Map<string, Figures[]>(ways.map(({ name }) => [name, []]))
  for (let round = 0; round < ROUNDS; round++) for (const way of ways) seen.get(way.name)?.push(await measured(way))
  const base = median([...seen.values()][0] ?? [], 'stepsPerSecond')
  console.table(Object.fromEntries([...seen].map(([name, all]) => [name, row(all, base)])))
}

/** Beginning and end of the sessions included. */
async function measured({ url, server, load }: Way): Promise<Figures> {
  const before = cpuMicroseconds(server)
  const own = process.cpuUsage()
  const { steps, seconds } = await load(url)
  const { user, system } = process.cpuUsage(own)
  const serverTime = (cpuMicroseconds(server) - before) / steps
  return { stepsPerSecond: steps / seconds, serverTime, clientTime: (user + system) / steps }
}

function median(all: readonly Figures[], figure: keyof Figures): number {
  const values = all.map((each) => each[figure])
  return quantile(values, 0.5)
}

function row(all: readonly Figures[], base: number): Readonly<Record<string, string>> {
  const rates = all.map(({ stepsPerSecond }) => stepsPerSecond)
  return {
    'steps/s': rounded(median(all, 'stepsPerSecond')),
    spread: `${rounded(Math.min(...rates))} to ${rounded(Math.max(...rates))}`,
    ratio: (median(all, 'stepsPerSecond') / base).toFixed(2),
    'server CPU µs/step': rounded(median(all, 'serverTime')),
    'client CPU µs/step': rounded(median(all, 'clientTime')),
  }
}
