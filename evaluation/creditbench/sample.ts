import type { StepBatch } from '../../core/batch/index.ts'
import { Rng } from '../../core/data/rng.ts'
import { answerEntropy, CONSISTENCY, localWeight } from '../../rewards/curation/consistency.ts'
import { batchOfWalks, type Numbered, numbered } from './batch.ts'
import { noisyRewards, type RewardNoise } from './noise.ts'
import { gainsOf, rootMeanSquare, startValues, successesOf, trueAdvantages, trueValues, withNoise } from './planted.ts'
import type { Testbed } from './testbed.ts'
import { type Walks, walk } from './walks.ts'

/** One batch of sampled groups, and what is true of its rows. */
export interface Sample {
  readonly walks: Walks
  readonly batch: StepBatch
  /** A_t(s, a) of each row. */
  readonly truth: Float64Array
  /** V_t(s) of each row. */
  readonly values: Float64Array
  /** Cell of each row: task, observation and action. */
  readonly cells: Int32Array
}

/** Settings of the batches that CreditBench samples. */
export interface SamplingSettings {
  /** Trajectories of one task. @default 8 */
  readonly groupSize?: number
  /** Batches: groups of every task each. */
  readonly batches: number
  readonly noise?: RewardNoise
  /** Share of trajectories with a planted mistake. @default 0 */
  readonly mistakes?: number
  /** @default 0 */
  readonly seed?: number
}

/**
 * Signals that only a bench can have, for methods that need more than outcomes. `value` is the exact value (a perfect
 * critic), the outcome `baseline` that of the task; `process` and `turn` are the true advantage with independent
 * normal noise of its own size (an honest process reward); `gain` is what the step added to the probability that the
 * policy succeeds, with the same noise; `truth` is the true advantage, for the bench's own tests.
 */
const PLANTED_SIGNALS: readonly string[] = ['process', 'turn', 'gain', 'value', 'baseline', 'truth']

export const isPlantedSignal = (name: string): boolean => PLANTED_SIGNALS.includes(name)

/** Batches of one frozen policy. The same seed gives the same batches. */
export function samplesOf(testbed: Testbed, settings: SamplingSettings): readonly Sample[] {
  const names = numbered(testbed)
  return Array.from({ length: settings.batches }, (_, at) => sampleOf(testbed, names, settings, at))
}

const STREAM = 0x5eed

function sampleOf(testbed: Testbed, names: Numbered, settings: SamplingSettings, at: number): Sample {
  const { groupSize = 8, mistakes = 0, noise = { kind: 'none' }, seed = 0 } = settings
  const rng = new Rng({ word0: seed, word1: STREAM }, at)
  const walks = walk(testbed, { groupSize, mistakes }, rng)
  const truth = trueAdvantages(testbed, walks)
  const values = trueValues(testbed, walks)
  const reward = noisyRewards(walks, noise, rng)
  const process = withNoise(truth, rootMeanSquare(truth), rng)
  const outcomes = {
    success: successesOf(walks, reward),
    baseline: startValues(testbed, walks),
    'answer-consistency': answerConsistency(testbed, walks),
  }
  const gain = withNoise(gainsOf(walks, values), rootMeanSquare(truth), rng)
  const signals = { process, turn: process, gain, value: values, truth }
  const batch = batchOfWalks(testbed, names, walks, { reward, signals, outcomes })
  return { walks, batch, truth, values, cells: cellsOf(testbed, walks, batch) }
}

/** As the hook `answer-consistency` records it by default: the answer of a trajectory is its last action. */
function answerConsistency({ tasks }: Testbed, { taskOf, starts, choice }: Walks): Float64Array {
  const answers = Array.from(taskOf, (task, trajectory) => {
    const last = (starts[trajectory + 1] ?? 0) - 1
    return `${tasks[task]?.model.actionOf[choice[last] ?? 0]}`
  })
  const weights = tasks.map((_, task) => {
    const own = answers.filter((_, trajectory) => taskOf[trajectory] === task)
    return localWeight(answerEntropy(own), CONSISTENCY.gamma, CONSISTENCY.rho)
  })
  return Float64Array.from(taskOf, (task) => weights[task] ?? 0)
}

const cellsOf = ({ tasks }: Testbed, { choice }: Walks, { groupOf }: StepBatch): Int32Array =>
  choice.map((each, row) => tasks[groupOf[row] ?? 0]?.cellOf[each] ?? 0)
