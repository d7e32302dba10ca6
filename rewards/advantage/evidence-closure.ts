import type { StepBatch } from '../../core/batch/index.ts'
import { pathNeed } from '../estimator/anchor-needs.ts'
import { trustOf } from '../estimator/anchor-trust.ts'
import { type Baselines, carriedBaselines } from '../estimator/carried-baseline.ts'
import { defineEstimator } from '../estimator/estimator.ts'
import { peersOf, type Term } from '../estimator/explanation.ts'
import { type GroupSteps, groupSteps } from '../estimator/group-steps.ts'
import { COMMON, choice, name, number, type OptionsOf, PENALTY } from '../estimator/options.ts'
import { penalised } from '../estimator/penalty.ts'
import { largestOf, settledRows } from '../estimator/rounding.ts'
import { scopeOf } from '../estimator/scope.ts'
import {
  actionColumn,
  anchorColumn,
  discountedReturns,
  episodeScores,
  spread,
  stepSignal,
  withCopies,
} from '../estimator/signals.ts'
import { anchorGroups } from '../grouping/anchor.ts'

const OPTIONS = {
  ...COMMON,
  reward: name('env'),
  anchor: name('text'),
  averaging: number(10, 1),
  /** Unit of the advantages: the reward's, or their root mean square over the batch. */
  scale: choice('reward', ['reward', 'rms']),
  invalidActionPenalty: PENALTY,
} as const

/**
 * Our own: the Bellman closure over what a group has shown (see CRBC), as far as evidence says that its anchors are
 * states. A = Y - b. Y blends a step's own return with the group's values of the anchors that it passed, over the
 * steps that were left to it (`blendReturns`); the batch itself shows how much, by predicting returns of
 * trajectories that were left out (`trustOf`). b is what the other trajectories had earned from the same anchor,
 * carried along where no other trajectory was (`carriedBaselines`), and shrunk towards RLOO's by as much as that
 * predicts plain returns better: b = g + beta (anchored - g), beta from 0 to 1 by least squares over the batch.
 *
 * Where no anchor repeats it is RLOO (`crossSteps=false`) of the rewards to go, independent of rewards so far; in
 * units of reward, divided by nothing. Its bias where anchors merge states is what was not seen in the batch: a larger
 * `averaging` (batches over which an optimiser averages; 10 is a momentum of .9) buys less of it with more noise.
 */
export default defineEstimator({
  name: 'evidence-closure',
  summary:
    'own return and value of the next anchor, blended by how well held-out returns confirm it, minus what other episodes earned there',
  consumes: ['env', 'anchors', 'actions', 'next anchors'],
  options: OPTIONS,
  estimate(batch, options) {
    const { column, scope, parts, predicted, inReward } = closureOf(batch, options)
    const advantages = options.scale === 'rms' ? inRootMeanSquares(inReward, scope.mask) : inReward
    return {
      advantages: penalised(batch, scope, advantages, options.invalidActionPenalty),
      parts,
      scope,
      scores: spread(batch, episodeScores(batch, options.reward)).values,
      stepGroups: anchorGroups(scope.episodes, column),
      anchor: { name: options.anchor, column },
      warnings: predicted > 0 ? [] : [NOTHING_PREDICTED],
    }
  },
  explain(batch, row, options) {
    const { column, scope, parts, inReward } = closureOf(batch, options)
    const [own, baseline, trust] = [parts.returns[row] ?? 0, parts.baseline[row] ?? 0, parts.trust[row] ?? 0]
    const size = options.scale === 'rms' ? rootMeanSquareOf(inReward, scope.mask) : null
    const scale = size === null ? 1 : size.largest * size.root
    const [over, scaled] = size === null ? ['', {}] : [' / scale', { scale }]
    const penalty = batch.isActionValid[row] ? 0 : options.invalidActionPenalty
    const terms: readonly Term[] = [
      { name: 'return', formula: `blended${over}`, inputs: { blended: own, trust, ...scaled }, value: own / scale },
      { name: 'baseline', formula: `−baseline${over}`, inputs: { baseline, ...scaled }, value: -baseline / scale },
      { name: 'penalty', formula: '−penalty', inputs: { penalty }, value: -penalty },
    ]
    return {
      terms: penalty === 0 ? terms.slice(0, 2) : terms,
      peers: peersOf(anchorGroups(scope.episodes, column), parts.returns, row),
    }
  },
})

/** Blended returns and baselines of a batch, the rows that have them, and what each leads its baseline by. */
function closureOf(batch: StepBatch, options: OptionsOf<typeof OPTIONS>) {
  const column = anchorColumn(batch, options.anchor)
  const rewards = stepSignal(batch, options.reward)
  const needs = [
    { signal: options.reward, column: discountedReturns(batch, rewards, 1) },
    pathNeed(batch, options.anchor, column),
  ]
  const scope = scopeOf(batch, needs, options)
  const unit = unitOf(scope.mask, rewards.values)
  const scaled = { ...rewards, values: rewards.values.map((value) => value / unit) }
  const groups = groupSteps({ batch, episodes: scope.episodes, column, actions: actionColumn(batch), rewards: scaled })
  const { trust, predicted } = trustOf(groups, options.averaging)
  const parts = { ...blendedRows(batch, groups, trust, unit), trust: new Float64Array(batch.rowCount).fill(trust) }
  const leads = parts.returns.map((value, row) => value - (parts.baseline[row] ?? 0))
  const largest = largestOf(scope.episodes, parts.returns, parts.baseline)
  return { column, scope, parts, predicted, inReward: settledRows(scope.episodes, leads, largest, options.mode) }
}

/** Divided by the root of their mean square over the rows of a mask; as they are where that is 0. */
function inRootMeanSquares(values: Float64Array, mask: Uint8Array): Float64Array {
  const size = rootMeanSquareOf(values, mask)
  return size === null ? values : values.map((value) => value / size.largest / size.root)
}

/** The root of a mean square over the rows of a mask, in units of the largest value; null where that is 0. */
function rootMeanSquareOf(values: Float64Array, mask: Uint8Array) {
  // In units of the largest, so that no square leaves the range of numbers.
  const largest = values.reduce((most, value, row) => (mask[row] ? Math.max(most, Math.abs(value)) : most), 0)
  if (largest === 0) return null
  let [squares, count] = [0, 0]
  values.forEach((value, row) => {
    if (!mask[row]) return
    squares += (value / largest) ** 2
    count++
  })
  return { largest, root: Math.sqrt(squares / count) }
}

const NOTHING_PREDICTED =
  'no action was taken by two trajectories of a group at the same anchor: nothing says how far anchors can be trusted'

/** The power of two nearest below the largest reward: in its units no square of a square leaves the range of numbers. */
function unitOf(mask: Uint8Array, rewards: Float64Array): number {
  const largest = rewards.reduce((most, value, row) => (mask[row] ? Math.max(most, Math.abs(value)) : most), 0)
  return largest === 0 ? 1 : 2 ** Math.max(-1000, Math.floor(Math.log2(largest)))
}

/** Blended returns and baselines, aligned with the rows; a copy has its original's. */
function blendedRows(batch: StepBatch, groups: readonly GroupSteps[], trust: number, unit: number) {
  const found = groups.map((steps) => ({ steps, ...carriedBaselines(steps, trust) }))
  const borneOut = shareBorneOut(found)
  const [returns, baseline] = [new Float64Array(batch.rowCount), new Float64Array(batch.rowCount)]
  for (const { steps, group, anchored, returns: blended } of found)
    steps.rows.forEach((row, at) => {
      returns[row] = unit * (blended[at] ?? 0)
      baseline[row] = unit * ((group[at] ?? 0) + borneOut * ((anchored[at] ?? 0) - (group[at] ?? 0)))
    })
  return { returns: withCopies(batch, returns), baseline: withCopies(batch, baseline) }
}

/** Least squares of plain returns, less the group's baseline, on what anchors add to it: from 0 to 1. */
function shareBorneOut(found: readonly (Baselines & { readonly steps: GroupSteps })[]): number {
  let [together, squares] = [0, 0]
  for (const { steps, group, anchored } of found)
    anchored.forEach((value, at) => {
      const added = value - (group[at] ?? 0)
      together += added * ((steps.returns[at] ?? 0) - (group[at] ?? 0))
      squares += added * added
    })
  return squares > 0 ? Math.min(1, Math.max(0, together / squares)) : 0
}
