import { defineEstimator } from '../estimator/estimator.ts'
import { lessOthersReturns, minFormRewards, runningMinima } from '../estimator/min-form.ts'
import { COMMON, choice, name, number } from '../estimator/options.ts'
import { scopeOf } from '../estimator/scope.ts'
import { reversedSums, type Sequences } from '../estimator/sequences.ts'
import { discountedReturns, stepSignal } from '../estimator/signals.ts'
import { chained, chainsOf, unchained, unitsOf } from '../estimator/units.ts'

/**
 * PURE (arXiv 2504.15275): a trajectory is worth its worst step. `softmin` pays score * softmax(-score / T) and sums
 * what is still to come; `strict-min` is the least score still to come; `gamma-decay` the discounted sum of scores. Off
 * each return comes the mean return of the others of the group. Reference: branch verl, `core_algos.py:
 * compute_rloo_outcome_advantage`; its whitening over the batch is left to the trainer.
 *
 * In reference mode that mean is over (n - 1) * the longest trajectory, as over the reference's padded rows; else over
 * the others' steps. The reference's strict minimum lets the zeros of padding and of tokens within steps take part,
 * which turns positive scores into 0; over steps there are none.
 */
export default defineEstimator({
  name: 'pure',
  summary: 'the minimum of the remaining process scores, soft or strict',
  consumes: ['process'],
  options: {
    ...COMMON,
    process: name('process'),
    form: choice('softmin', ['softmin', 'strict-min', 'gamma-decay']),
    temperature: number(0.1, Number.MIN_VALUE),
    /** Of `gamma-decay`. */
    gamma: number(0.95, 0, 1),
  },
  estimate(batch, options) {
    const process = stepSignal(batch, options.process)
    const { known } = discountedReturns(batch, process, 1)
    const scope = scopeOf(batch, [{ signal: options.process, column: { values: process.values, known } }], options)
    const units = unitsOf({ ...batch, tokens: null }, scope.mask)
    const chains = chainsOf(batch, units)
    const steps = { starts: chains.starts, mask: Uint8Array.from(chains.units, (row) => scope.mask[row] ?? 0) }
    const returns = returnsOf(steps, chained(chains, process.values), options)
    const longest = steps.starts.reduce((most, start, s) => Math.max(most, start - (steps.starts[s - 1] ?? 0)), 0)
    const paddedLength = options.mode === 'reference' ? longest : null
    const centred = lessOthersReturns(steps, returns, batch.trajectories.groupOf, paddedLength, options.mode)
    return {
      advantages: unchained(batch, units, chains, centred),
      parts: { returns: unchained(batch, units, chains, returns) },
      scope,
    }
  },
})

interface PureOptions {
  readonly form: 'softmin' | 'strict-min' | 'gamma-decay'
  readonly temperature: number
  readonly gamma: number
}

function returnsOf(steps: Sequences, scores: Float64Array, { form, temperature, gamma }: PureOptions): Float64Array {
  if (form === 'strict-min') return runningMinima(steps.starts, scores)
  if (form === 'gamma-decay') return reversedSums(steps.starts, scores, gamma)
  return reversedSums(steps.starts, minFormRewards(steps, scores, { weights: 'softmin', temperature }))
}
