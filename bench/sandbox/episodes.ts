import type { SandboxPool } from '../../sandbox/pool.ts'
import { quantile, rounded } from '../measure.ts'
import { keepFigures } from '../results.ts'
import { MAIN, openPools, timed } from './kit/pools.ts'
import { processesUnder, proportionalBytes } from './kit/processes.ts'

/*
 * Episodes at once that each run one small program after the other, on a pool of two workers; and the memory of a worker
 * that waits.
 */
const EPISODES: Readonly<Record<string, number>> = { zygote: 200, gvisor: 8, pyodide: 8 }
const PER_EPISODE = 5

for (const { name, pool } of await openPools()) {
  await pool.run({ main: MAIN })
  await measureEpisodes(name, pool, EPISODES[name] ?? 1)
  await printMemory(name, pool)
  await pool.close()
}

async function measureEpisodes(name: string, pool: SandboxPool, episodes: number): Promise<void> {
  const waits: number[] = []
  const episode = async (owner: string): Promise<void> => {
    for (let step = 0; step < PER_EPISODE; step++) waits.push(await timed(() => pool.run({ main: MAIN }, { owner })))
  }
  const ms = await timed(() => Promise.all(Array.from({ length: episodes }, (_, number) => episode(`${number}`))))
  const perSecond = (1000 * waits.length) / ms
  console.log(
    `${name}: ${episodes} episodes at once on ${pool.status.workers} workers: ${rounded(perSecond)} executions/s, ` +
      `p50 ${rounded(quantile(waits, 0.5))} ms, p99 ${rounded(quantile(waits, 0.99))} ms with the queue`,
  )
  keepFigures(`${episodes} episodes at once`, 'executions', [
    { name, perSecond, lowest: perSecond, highest: perSecond },
  ])
}

/** Once the processes of the next program wait. */
async function printMemory(name: string, pool: SandboxPool): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1000))
  const bytes = pool.status.pids.map((pid) =>
    processesUnder(pid).reduce((sum, each) => sum + proportionalBytes(each), 0),
  )
  console.log(`${name}: ${rounded(Math.max(...bytes) / 2 ** 20)} MiB of memory for a worker that waits`)
}
