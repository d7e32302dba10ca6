import { availableParallelism } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { BACKENDS, tryBackend } from '../../sandbox/backends.ts'
import type { SandboxPool } from '../../sandbox/pool.ts'
import { checkProgram } from '../../sandbox/program.ts'
import type { Worker } from '../../sandbox/types.ts'
import { coldBubblewrap, guardedBubblewrap } from '../cold-bubblewrap.ts'
import { quantile, rounded } from '../measure.ts'
import { keepFigures } from '../results.ts'
import { MAIN, type NamedPool, openPools, timed } from './kit/pools.ts'
import { processesUnder, processorMs } from './kit/processes.ts'

/*
 * What an execution of a small Python program costs: bubblewrap and Python started for each, without and with the guards
 * and results of a zygote, a zygote, a container of
 * gVisor that was started before and one that was not, and Pyodide, in turn. First with a pause before each, as of a caller
 * that does something else between two programs: what it waits for one. Then without. Then as many at once as keep every
 * core busy: what the machine does in a second. A ratio compares the two in one round, so that a busy moment meets both.
 */
const ROUNDS = 9
const COUNT: Readonly<Record<string, number>> = { zygote: 50, pyodide: 1 }
const COLD_COUNT = 10
const CONTAINERS = 3
/** Milliseconds in which a zygote makes the next execution, and the kernel takes the last one apart. */
const PAUSE_MS = 5
/** Programs of each way in a round, and how many of them at once. */
const TOGETHER = 40
/** What a zygote is compared with. */
const RIVALS = ['cold bubblewrap', 'guarded bubblewrap']
const COMPARED: ReadonlySet<string> = new Set([...RIVALS, 'zygote'])
const AT_ONCE = 2 * availableParallelism()

interface Way {
  readonly name: string
  /** Executions in each round. */
  readonly count: number
  run(): Promise<unknown>
  /** What comes before each execution and is not measured. */
  prepare?(): Promise<unknown>
}

const pools = await openPools()
const zygote = pools.find(({ name }) => name === 'zygote')?.pool
const ways = [
  ...(zygote === undefined ? [] : rivalWays()),
  ...pools.filter(({ name }) => name !== 'gvisor').map(warmWay),
  ...(await containerWays()),
]
const compared = ways.filter(({ name }) => COMPARED.has(name))
await warmUp()
printTimes(`with pauses of ${PAUSE_MS} ms`, await measured(compared.map(withPause)))
printTimes('one at a time', await measured(ways))
if (zygote !== undefined) await printThroughput()
if (zygote !== undefined) await printProcessorTime(zygote)
await Promise.all(pools.map(({ pool }) => pool.close()))

function rivalWays(): readonly Way[] {
  return [
    { name: 'cold bubblewrap', count: COLD_COUNT, run: () => coldBubblewrap(MAIN) },
    { name: 'guarded bubblewrap', count: COLD_COUNT, run: () => guardedBubblewrap(MAIN) },
  ]
}

function warmWay({ name, pool }: NamedPool): Way {
  return { name, count: COUNT[name] ?? 1, run: () => pool.run({ main: MAIN }) }
}

/** A pool starts containers ahead: a caller waits for the first of these where it did, and for the second where it did not. */
async function containerWays(): Promise<readonly Way[]> {
  const { backend, problem } = await tryBackend('gvisor', BACKENDS.gvisor)
  if (problem !== null) return []
  let worker: Worker | undefined
  const start = async (): Promise<void> => {
    await worker?.end()
    worker = await backend.startWorker()
  }
  const run = async (): Promise<unknown> => worker?.start(checkProgram({ main: MAIN })).result
  const cold = async (): Promise<unknown> => start().then(run)
  return [
    { name: 'gvisor', count: CONTAINERS, prepare: start, run },
    { name: 'cold gvisor', count: CONTAINERS, run: cold },
  ]
}

function withPause(way: Way): Way {
  return { ...way, prepare: () => setTimeout(PAUSE_MS) }
}

async function warmUp(): Promise<void> {
  for (const { prepare, run } of ways) {
    await prepare?.()
    await run()
  }
}

/** Milliseconds of each execution, by round. */
async function measured(all: readonly Way[]): Promise<ReadonlyMap<string, readonly (readonly number[])[]>> {
  const times = new Map(all.map(({ name }) => [name, [] as number[][]]))
  for (let round = 0; round < ROUNDS; round++)
    for (const { name, count, prepare, run } of all) {
      const one: number[] = []
      for (let number = 0; number < count; number++) {
        await prepare?.()
        one.push(await timed(run))
      }
      times.get(name)?.push(one)
    }
  return times
}

function printTimes(title: string, times: ReadonlyMap<string, readonly (readonly number[])[]>): void {
  console.log(`${title}:`)
  const rows = [...times].map(([name, rounds]) => [name, rowOf(rounds, times)] as const)
  console.table(Object.fromEntries(rows))
  keepFigures(
    title,
    'executions',
    [...times].map(([name, rounds]) => {
      const medians = rounds.map((values) => 1000 / quantile(values, 0.5))
      return { name, perSecond: quantile(medians, 0.5), lowest: Math.min(...medians), highest: Math.max(...medians) }
    }),
  )
}

function rowOf(rounds: readonly (readonly number[])[], times: ReadonlyMap<string, readonly (readonly number[])[]>) {
  const all = rounds.flat()
  const perSecond = (values: readonly number[]): number => 1000 / quantile(values, 0.5)
  const rates = new Map([...times].map(([name, values]) => [name, values.map(perSecond)]))
  return {
    'p10, ms': rounded(quantile(all, 0.1)),
    'p50, ms': rounded(quantile(all, 0.5)),
    'p99, ms': rounded(quantile(all, 0.99)),
    'executions/s': rounded(1000 / quantile(all, 0.5)),
    ...ratiosOf(rounds.map(perSecond), rates),
  }
}

/** Rates against those of each rival in the same rounds: median, lowest and highest. */
function ratiosOf(
  rates: readonly number[],
  all: ReadonlyMap<string, readonly number[]>,
): Readonly<Record<string, string>> {
  const against = (rival: string): string => {
    const ratios = rates.map((rate, round) => rate / (all.get(rival)?.[round] ?? Number.NaN))
    return `${quantile(ratios, 0.5).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`
  }
  return Object.fromEntries(RIVALS.filter((rival) => all.has(rival)).map((rival) => [`x ${rival}`, against(rival)]))
}

/** Programs per second of the machine as a whole. */
async function printThroughput(): Promise<void> {
  const rates = new Map(compared.map(({ name }) => [name, [] as number[]]))
  for (let round = 0; round < ROUNDS; round++)
    for (const { name, run } of compared) rates.get(name)?.push(1000 / ((await timed(() => together(run))) / TOGETHER))
  const rows = [...rates].map(([name, values]) => [
    name,
    { 'executions/s': rounded(quantile(values, 0.5)), ...ratiosOf(values, rates) },
  ])
  console.log(`${AT_ONCE} at once:`)
  console.table(Object.fromEntries(rows))
  keepFigures(
    'at once',
    'executions',
    [...rates].map(([name, values]) => ({
      name,
      perSecond: quantile(values, 0.5),
      lowest: Math.min(...values),
      highest: Math.max(...values),
    })),
  )
}

async function together(run: () => Promise<unknown>): Promise<void> {
  let left = TOGETHER
  const runner = async (): Promise<void> => {
    while (left-- > 0) await run()
  }
  await Promise.all(Array.from({ length: AT_ONCE }, runner))
}

/** Processor time does not depend on what else the machine does as much as time does. */
async function printProcessorTime(pool: SandboxPool): Promise<void> {
  const count = 200
  const spent = (): number => pool.status.pids.flatMap(processesUnder).reduce((sum, pid) => sum + processorMs(pid), 0)
  const before = spent()
  for (let number = 0; number < count; number++) await pool.run({ main: MAIN })
  console.log(`processor time of a zygote: ${rounded((spent() - before) / count)} ms for each execution`)
}
