import type { StepBatch } from '../../core/batch/index.ts'
import { counted } from '../../core/data/shown.ts'
import { defineEstimator } from '../estimator/estimator.ts'
import { normalisedTerm, peersOf, type Term } from '../estimator/explanation.ts'
import { EPSILON, flag, NORM, number, whole } from '../estimator/options.ts'
import { groupRelative, relativeTerm } from '../estimator/relative.ts'
import { type Mode, weightedSums } from '../estimator/rounding.ts'
import { normalised } from '../estimator/statistics.ts'
import { EPISODE_AND_RETURNS, scoreReturns } from '../estimator/steps.ts'
import { anchorGroups } from '../grouping/anchor.ts'
import { historyGroups, previousRows } from '../grouping/history.ts'

/**
 * HGPO (arXiv 2602.22817): for k = 1 .. historyLength + 1, steps of one group whose last k anchors are equal form
 * groups; a_k = (G - mean) / (std + epsilon) within those of two and more, std of the population. A is the mean of
 * the a_k with weights (k + 1)^alpha; `baseGroup` adds the episode's advantage as k = 0 (Bessel's std). Reference:
 * verl-agent, `recipe/hgpo/core_hgpo.py: hgpo_advantage_estimate`; weights are divided by their sum + epsilon.
 *
 * As in the reference, an a_k of exactly 0 is left out of the mean, and there is no episode term of its own: without
 * `baseGroup` a step that stands alone at its anchor gets nothing, which is what ails HGPO while success is rare. In
 * reference mode a copied row counts as one more step at the end of its trajectory; else it has its original's past.
 */
export default defineEstimator({
  name: 'hgpo',
  summary: 'the return compared among steps with the same recent anchors, for several lengths of history',
  consumes: ['env', 'anchors'],
  options: {
    ...EPISODE_AND_RETURNS,
    historyLength: whole(2, 0, 64),
    lengthWeightAlpha: number(1),
    baseGroup: flag(false),
    norm: NORM,
    epsilon: EPSILON,
    crossSteps: flag(true),
  },
  estimate(batch, options) {
    const { column, scope, scores, returns } = scoreReturns(batch, options)
    const previous = previousRows(batch, options.mode === 'reference')
    const nested = historyGroups(scope.episodes, column, previous, options.historyLength + 1)
    const levels = nested.map((level) => normalised(level, returns, { ...options, single: 'zero', correction: 0 }))
    const base = options.baseGroup ? groupRelative(batch, scope, scores, options) : null
    const advantages = weightedMean(batch, base, levels, options)
    return {
      advantages,
      parts: { returns },
      scope,
      scores,
      stepGroups: anchorGroups(scope.episodes, column),
      anchor: { name: options.anchor, column },
      warnings: options.baseGroup ? [] : bareWarnings(advantages, scope.mask, scores),
    }
  },
  explain(batch, row, options) {
    const { column, scope, scores, returns } = scoreReturns(batch, options)
    const previous = previousRows(batch, options.mode === 'reference')
    const nested = historyGroups(scope.episodes, column, previous, options.historyLength + 1)
    const rule = { ...options, single: 'zero', correction: 0 } as const
    const levels = nested.map((grouping, at) => {
      const name = at === 0 ? 'anchor' : `${at + 1} anchors`
      return normalisedTerm(name, { grouping, values: returns, options: rule, figure: 'return' }, row)
    })
    const base = options.baseGroup ? [{ term: relativeTerm(batch, scope, scores, options, row), weight: 1 }] : []
    const weighted = levels.map((term, at) => ({ term, weight: (at + 2) ** options.lengthWeightAlpha }))
    return {
      terms: sharesOf([...base, ...weighted], options.epsilon),
      peers: peersOf(anchorGroups(scope.episodes, column), returns, row),
    }
  },
})

/** What each term that is not exactly 0 adds to the weighted mean. */
function sharesOf(
  terms: readonly { readonly term: Term; readonly weight: number }[],
  epsilon: number,
): readonly Term[] {
  const used = terms.filter(({ term }) => term.value !== 0)
  const weights = used.reduce((sum, { weight }) => sum + weight, 0)
  return used.map(({ term, weight }) => ({
    name: term.name,
    formula: `weight × (${term.formula}) / (weights + epsilon)`,
    inputs: { ...term.inputs, weight, weights, epsilon },
    value: (weight * term.value) / (weights + epsilon),
  }))
}

interface Weighting {
  readonly lengthWeightAlpha: number
  readonly epsilon: number
  readonly mode: Mode
}

/** Per row, over what is not exactly 0. */
function weightedMean(
  { rowCount }: StepBatch,
  base: Float64Array | null,
  levels: readonly Float64Array[],
  { lengthWeightAlpha: alpha, epsilon, mode }: Weighting,
): Float64Array {
  const terms = [
    ...(base === null ? [] : [{ values: base, weight: 1 }]),
    ...levels.map((values, at) => ({ values, weight: (at + 2) ** alpha })),
  ]
  const sums = weightedSums(terms, mode)
  const weights = new Float64Array(rowCount)
  for (const { values, weight } of terms)
    for (let row = 0; row < rowCount; row++) if (values[row] !== 0) weights[row] = (weights[row] ?? 0) + weight
  return sums.map((sum, row) => (weights[row] === 0 ? 0 : sum / ((weights[row] ?? 0) + epsilon)))
}

const RARE_SUCCESS = 0.25

function bareWarnings(advantages: Float64Array, mask: Uint8Array, scores: Float64Array): readonly string[] {
  let [used, without, paid] = [0, 0, 0]
  for (let row = 0; row < mask.length; row++) {
    if (!mask[row]) continue
    used += 1
    if (advantages[row] === 0) without += 1
    if ((scores[row] ?? 0) > 0) paid += 1
  }
  const bare = `${without} of ${counted(used, 'row')} get no credit: without baseGroup a step alone at its anchor has none`
  const rare = 'few episodes score above 0: while success is rare, HGPO learns little without baseGroup'
  return [...(without > 0 ? [bare] : []), ...(used > 0 && paid < RARE_SUCCESS * used ? [rare] : [])]
}
