import type { JsonObject } from '../../../core/data/types.ts'
import type { CatalogSettings } from '../../../registry/catalog.ts'
import { rootMeanSquare, withNoise } from '../../creditbench/planted.ts'
import { type Sample, samplesOf } from '../../creditbench/sample.ts'
import type { Testbed } from '../../creditbench/testbed.ts'
import { type StateCells, stateCellsOf } from '../kit/bias.ts'
import { type Credit, ownRng } from '../kit/climb.ts'
import { estimatorNamed } from '../kit/testbeds.ts'

/** Credits batches of any policy. */
export interface Learner {
  readonly name: string
  readonly isPlanted: boolean
  /** @param run Names the run: its noise and bias are its own. */
  credit(start: Testbed, run: number): Credit
}

/** Estimators with what they are given over their defaults. */
const ESTIMATORS: Readonly<Record<string, JsonObject>> = {
  rloo: {},
  grpo: {},
  gigpo: { norm: 'mean_norm' },
  hgpo: { norm: 'mean_norm' },
  crbc: {},
  g2po: { successReward: 1 },
  'graph-gpo': {},
  gae: {},
}

/** Sizes of noise and of bias, in units of the truth's root mean square: pairs of equal correlation on one batch. */
export const SIZES = [1, 2, 4] as const
type Size = (typeof SIZES)[number]

export const noisy = (size: Size): string => `truth with noise ${size}`
export const biased = (size: Size): string => `truth with bias ${size}`

export async function learners(catalogs?: CatalogSettings): Promise<readonly Learner[]> {
  const estimators = await Promise.all(
    Object.entries(ESTIMATORS).map(async ([name, options]): Promise<Learner> => {
      const estimator = await estimatorNamed(name, catalogs)
      return { name, isPlanted: false, credit: () => (sample) => estimator.compute(sample.batch, options) }
    }),
  )
  return [...estimators, ...SIZES.flatMap((size) => [withNoiseOf(size), withBiasOf(size)])]
}

/** Noise drawn independently for every step. */
const withNoiseOf = (size: Size): Learner => ({
  name: noisy(size),
  isPlanted: true,
  credit(start, run) {
    const deviation = size * advantageSize(start)
    const rng = ownRng(run, 2 * size)
    return ({ truth }) => all(withNoise(truth, deviation, rng))
  },
})

/** Drawn once for every state and action, and there again in every batch. */
const withBiasOf = (size: Size): Learner => ({
  name: biased(size),
  isPlanted: true,
  credit(start, run) {
    const cells = stateCellsOf(start)
    const bias = withNoise(new Float64Array(cells.count), size * advantageSize(start), ownRng(run, 2 * size + 1))
    return (sample) => all(sample.truth.map((value, row) => value + (bias[cellAt(cells, sample, row)] ?? 0)))
  },
})

const cellAt = ({ firsts }: StateCells, { walks, batch }: Sample, row: number): number =>
  (firsts[batch.groupOf[row] ?? 0] ?? 0) + (walks.choice[row] ?? 0)

const all = (advantages: Float64Array) => ({ advantages, mask: new Uint8Array(advantages.length).fill(1) })

/** Root mean square of the true advantage over steps of the first policy. */
const advantageSize = (start: Testbed): number =>
  rootMeanSquare(Float64Array.from(samplesOf(start, { batches: 4 }).flatMap(({ truth }) => [...truth])))
