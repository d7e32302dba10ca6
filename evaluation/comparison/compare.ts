import type { Weights } from '../../models/weights/weights.ts'
import { type ComparisonPlan, keyOf, type RunKey, reportedRuns, trialRuns } from './plan.ts'
import type { RunResult } from './run.ts'
import { chosenRates } from './summary.ts'
import type { WarmStart } from './warm-start.ts'

/** Where runs are done: in this thread, or in several. */
export interface Executor {
  /** Runs that may be in progress together. */
  readonly lanes: number
  start(seed: number): Promise<WarmStart>
  run(key: RunKey, start: Weights): Promise<RunResult>
}

/** What was finished before, and where what is finished now is kept. */
export interface RunStore {
  startOf(seed: number): WarmStart | null
  keepStart(start: WarmStart): void
  runOf(key: RunKey): RunResult | null
  keepRun(run: RunResult): void
}

/** Everything that a comparison measured. */
export interface Comparison {
  readonly plan: ComparisonPlan
  /** Success of the common starts, in the order of seeds. */
  readonly starts: readonly Omit<WarmStart, 'weights'>[]
  /** Runs by which rates were chosen, in the order of the plan. */
  readonly trials: readonly RunResult[]
  /** Runs of the reported seeds, in the order of the plan. */
  readonly reported: readonly RunResult[]
}

/** Called before each run and after the last. */
export type ComparisonProgress = (done: number, total: number, now: string) => void

/**
 * Compares methods by what they train: common starts, then rates chosen on the trial seeds, then the reported seeds.
 * Every run is a function of the plan, its key and its start, so that neither the number of lanes nor an interruption
 * changes a figure.
 * @throws GymError as `warmStart` and `runOnce`
 */
export async function compare(
  plan: ComparisonPlan,
  executor: Executor,
  store: RunStore,
  onProgress: ComparisonProgress = () => {},
): Promise<Comparison> {
  const trialKeys = trialRuns(plan)
  const seeds = [...new Set([...(trialKeys.length > 0 ? plan.trialSeeds : []), ...plan.seeds])]
  const total = seeds.length + trialKeys.length + plan.methods.length * plan.seeds.length
  let done = 0
  const counted = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    onProgress(done, total, name)
    const result = await work()
    done++
    return result
  }
  const starts = await inLanes(executor.lanes, seeds, (seed) =>
    counted(`start of seed ${seed}`, () => startKept(executor, store, seed)),
  )
  const weightsOf = new Map(starts.map(({ seed, weights }) => [seed, weights]))
  const runAll = (keys: readonly RunKey[]): Promise<readonly RunResult[]> =>
    inLanes(executor.lanes, keys, (key) =>
      counted(keyOf(key), () => runKept(executor, store, key, weightsOf.get(key.seed) ?? {})),
    )
  const trials = await runAll(trialKeys)
  const reported = await runAll(reportedRuns(plan, chosenRates(plan, trials)))
  onProgress(total, total, 'done')
  return { plan, starts: starts.map(({ weights: _, ...start }) => start), trials, reported }
}

async function startKept(executor: Executor, store: RunStore, seed: number): Promise<WarmStart> {
  const known = store.startOf(seed)
  if (known) return known
  const start = await executor.start(seed)
  store.keepStart(start)
  return start
}

async function runKept(executor: Executor, store: RunStore, key: RunKey, start: Weights): Promise<RunResult> {
  const known = store.runOf(key)
  if (known) return known
  const run = await executor.run(key, start)
  store.keepRun(run)
  return run
}

/** Works through items in their order, several at a time. @returns results in the order of the items */
async function inLanes<T, R>(lanes: number, items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = []
  let next = 0
  let hasFailed = false
  const lane = async (): Promise<void> => {
    while (next < items.length && !hasFailed) {
      const at = next++
      const item = items[at]
      if (item !== undefined) results[at] = await work(item)
    }
  }
  const failing = (thrown: unknown): never => {
    hasFailed = true
    throw thrown
  }
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, () => lane().catch(failing)))
  return results
}
