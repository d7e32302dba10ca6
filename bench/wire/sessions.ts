import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { quantile, rounded } from '../measure.ts'
import { type Load, loaded } from './kit/load.ts'
import { INSTALL, installed, OPENENV, PYTHON } from './kit/openenv.ts'
import { residentMegabytes, run, serving, source } from './kit/processes.ts'

/**
 * One frame a step over OpenEnv's protocol: our server and the real one of the same package, an equal echo
 * environment of 2 KB each, in interleaved rounds; then the whole web shop. The load comes from this process.
 */
interface BenchEntry {
  readonly name: string
  readonly url: string
  readonly process: ChildProcess
  readonly action: Load['action']
}

/** A minute: a busy machine is slow to start a server. */
const ATTEMPTS = 300
const hello: Load['action'] = (session, step) => `session ${session} says ${step}`
const browse: Load['action'] = (session, step) =>
  step % 3 === 0
    ? `search[gift ${session % 50} for daily use]`
    : step % 3 === 1
      ? 'click[next >]'
      : 'click[back to search]'

const ours = serving(9311)
const entries: BenchEntry[] = [{ name: 'stepgym', url: 'ws://127.0.0.1:9311/echo/ws', process: ours, action: hello }]
if (installed()) {
  const theirs = run(PYTHON, source('openenv_server.py'), 'endless-page', '9312')
  entries.unshift({ name: OPENENV, url: 'ws://127.0.0.1:9312/ws', process: theirs, action: hello })
} else console.log(`beside ${OPENENV}: skipped, it is not installed. To have it:\n  ${INSTALL}`)
entries.push({ name: 'stepgym, web shop', url: 'ws://127.0.0.1:9311/webshop/ws', process: ours, action: browse })

try {
  await Promise.all(entries.map(({ url }) => ready(url)))
  for (const sessions of [1, 100, 1000, 2048]) await compare(sessions)
} finally {
  for (const { process: child } of entries) child.kill('SIGKILL')
}

async function ready(url: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      await loaded({ url, sessions: 1, seconds: 0.2, action: hello })
      return
    } catch {
      await sleep(200)
    }
  }
  throw new Error(`${url} does not answer`)
}

async function compare(sessions: number): Promise<void> {
  const seen = new Map(
    entries.map(({ name }) => [name, { rates: [] as number[], latencies: [] as number[], memory: 0 }]),
  )
  for (let round = 0; round < 5; round++)
    for (const { name, url, process: child, action } of entries) {
      const { stepsPerSecond, latencies } = await loaded({ url, sessions, seconds: 1.5, action })
      const all = seen.get(name)
      all?.rates.push(stepsPerSecond)
      for (const latency of latencies) all?.latencies.push(latency)
      if (all) all.memory = residentMegabytes(child)
    }
  const base = quantile(seen.get(entries[0]?.name ?? '')?.rates ?? [], 0.5)
  console.log(`\n${sessions} sessions, one frame a step`)
  console.table(
    Object.fromEntries(
      [...seen].map(([name, { rates, latencies, memory }]) => [
        name,
        {
          'steps/s': rounded(quantile(rates, 0.5)),
          spread: `${rounded(Math.min(...rates))} to ${rounded(Math.max(...rates))}`,
          ratio: (quantile(rates, 0.5) / base).toFixed(2),
          'p50 ms': rounded(quantile(latencies, 0.5)),
          'p99 ms': rounded(quantile(latencies, 0.99)),
          'RSS MB': rounded(memory),
        },
      ]),
    ),
  )
}
