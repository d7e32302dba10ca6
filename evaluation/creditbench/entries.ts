import type { StepBatch } from '../../core/batch/index.ts'
import { Rng } from '../../core/data/rng.ts'
import type { JsonObject } from '../../core/data/types.ts'
import { defineEstimator, type Estimate, type Estimator } from '../../rewards/estimator/estimator.ts'
import { COMMON } from '../../rewards/estimator/options.ts'
import { scopeOf } from '../../rewards/estimator/scope.ts'
import { stepSignal } from '../../rewards/estimator/signals.ts'
import { rootMeanSquare, withNoise } from './planted.ts'

/** An estimator under options, as one row of the bench. */
export interface BenchEntry {
  /** The estimator's name, and what sets it apart from its defaults. */
  readonly label: string
  readonly estimator: Estimator
  readonly options: JsonObject
  /** Made to be recognised: a bench that cannot rank these is worth nothing. */
  readonly isPlanted: boolean
}

/** Rewards of the bench's worlds; estimators that assume others get these as options. */
const PAY: JsonObject = { successReward: 1 }

/**
 * Rows for an estimator: its defaults and, where it divides by deviations by default, the form that does
 * not, as it decides what an advantage is measured in.
 */
export function entriesOf(estimator: Estimator): readonly BenchEntry[] {
  const own = ownOptions(estimator, PAY)
  const row = (label: string, options: JsonObject): BenchEntry => ({ label, estimator, options, isPlanted: false })
  const plain = row(estimator.name, own)
  if (estimator.defaults.norm !== 'mean_std_norm') return [plain]
  return [plain, row(`${estimator.name} (mean)`, { ...own, norm: 'mean_norm' })]
}

const ownOptions = ({ defaults }: Estimator, wanted: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(wanted).filter(([name]) => Object.hasOwn(defaults, name)))

type Plant = (truth: Float64Array) => Float64Array

const planted = (name: string, summary: string, plant: Plant): BenchEntry => ({
  label: name,
  options: {},
  isPlanted: true,
  estimator: defineEstimator({
    name,
    summary,
    consumes: ['truth'],
    options: COMMON,
    estimate(batch: StepBatch, options): Estimate {
      const column = stepSignal(batch, 'truth')
      const scope = scopeOf(batch, [{ signal: 'truth', column }], { ...options, minGroupSize: 1 })
      return { advantages: plant(column.values), scope }
    },
  }),
})

/** Planted entries in the order in which every measure must rank them, the best first. */
export const PLANTED: readonly BenchEntry[] = [
  planted('truth', 'the exact advantage', (truth) => truth.slice()),
  planted('noisy-truth', 'the exact advantage plus normal noise of the same size', (truth) =>
    withNoise(truth, rootMeanSquare(truth), new Rng({ word0: truth.length, word1: 0 }, 0)),
  ),
  planted('constant', 'one and the same for every step', (truth) => new Float64Array(truth.length).fill(1)),
  planted('inverted-truth', 'the exact advantage with its sign turned', (truth) => truth.map((value) => -value)),
]
