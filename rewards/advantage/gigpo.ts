import type { StepBatch } from '../../core/batch/index.ts'
import { defineEstimator } from '../estimator/estimator.ts'
import { normalisedTerm, peersOf, weightedTerm } from '../estimator/explanation.ts'
import { EPSILON, flag, NORM, number, type OptionsOf } from '../estimator/options.ts'
import { groupRelative, relativeTerm } from '../estimator/relative.ts'
import { weightedSums } from '../estimator/rounding.ts'
import { normalised } from '../estimator/statistics.ts'
import { EPISODE_AND_RETURNS, type ScoredReturns, scoreReturns } from '../estimator/steps.ts'
import { anchorGroups } from '../grouping/anchor.ts'
import type { Grouping } from '../grouping/grouping.ts'
import { similarityGroups } from '../grouping/similarity.ts'

const OPTIONS = {
  ...EPISODE_AND_RETURNS,
  stepAdvantageW: number(1),
  norm: NORM,
  epsilon: EPSILON,
  crossSteps: flag(true),
  enableSimilarity: flag(false),
  similarityThresh: number(0.95, Number.MIN_VALUE, 1 - Number.EPSILON),
} as const

/**
 * GiGPO (arXiv 2505.10978, equations 3 to 8): A = A_E + w A_S. A_E is GRPO's advantage of the episode score; A_S
 * normalises the discounted return G_t = r_t + gamma G_(t+1) within steps of one group that stand at the same anchor,
 * repeats within a trajectory included; a step alone at its anchor has A_S = 0. Reference: verl-agent,
 * `gigpo/core_gigpo.py: compute_gigpo_outcome_advantage`.
 *
 * The invalid-action penalty comes off after discounting, of that row only. In float32, as shipped, the reference
 * divides rounding noise by std + epsilon where all returns of a step group are equal (up to 0.64); here that is 0.
 */
export default defineEstimator({
  name: 'gigpo',
  summary: 'the episode score compared in its group, plus the return compared among steps at the same anchor',
  consumes: ['env', 'anchors'],
  options: OPTIONS,
  estimate(batch, options) {
    const scored = scoreReturns(batch, options)
    const { column, scope, scores, returns } = scored
    const stepGroups = stepGroupsOf(batch, scored, options)
    const episode = groupRelative(batch, scope, scores, options)
    const step = normalised(stepGroups, returns, { ...options, single: 'zero' })
    const advantages = weightedSums(
      [{ values: episode }, { values: step, weight: options.stepAdvantageW }],
      options.mode,
    )
    const anchor = { name: options.anchor, column }
    return { advantages, parts: { episode, step, returns, score: scores }, scope, scores, stepGroups, anchor }
  },
  explain(batch, row, options) {
    const scored = scoreReturns(batch, options)
    const { scope, scores, returns } = scored
    const stepGroups = stepGroupsOf(batch, scored, options)
    const rule = { ...options, single: 'zero' } as const
    const step = { grouping: stepGroups, values: returns, options: rule, figure: 'return' }
    return {
      terms: [
        relativeTerm(batch, scope, scores, options, row),
        weightedTerm(normalisedTerm('anchor', step, row), options.stepAdvantageW),
      ],
      peers: peersOf(stepGroups, returns, row),
    }
  },
})

const stepGroupsOf = (
  batch: StepBatch,
  { scope, column }: ScoredReturns,
  { enableSimilarity, similarityThresh }: OptionsOf<typeof OPTIONS>,
): Grouping =>
  enableSimilarity
    ? similarityGroups(scope.episodes, batch, column, similarityThresh)
    : anchorGroups(scope.episodes, column)
