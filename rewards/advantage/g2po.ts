import { defineEstimator } from '../estimator/estimator.ts'
import { choice, EPSILON, flag, GAMMA, number } from '../estimator/options.ts'
import { originalMembers } from '../estimator/outcome.ts'
import { penalised } from '../estimator/penalty.ts'
import { groupRelative } from '../estimator/relative.ts'
import { largestOf, settledRows, weightedSums } from '../estimator/rounding.ts'
import { momentsOf, normalised } from '../estimator/statistics.ts'
import { EPISODE_AND_SUCCESS, scoreSuccess } from '../estimator/steps.ts'
import { GOAL, stepsToGo, type Transitions, transitionsOf } from '../estimator/transitions.ts'
import { NO_GROUP } from '../grouping/grouping.ts'

/**
 * G2PO (arXiv 2606.22995): the value of an anchor is the mean over its visits of gamma^(steps to the end) * episode
 * score; success is worth `successReward`, any other end 0. A_S = z(value of what the step led to - penalty if
 * invalid, among steps at the same anchor) + z(that value - the anchor's own, over all steps of the group); A = A_E +
 * stepAdvantageW A_S. Reference: `g2po/core_g2po.py: compute_g2po_outcome_advantage`, where `successReward` is fixed at 10
 * and gamma at .95. Its success test is `== 10`: `successTest` is `equal` in reference mode and `at-least` in paper mode,
 * unless it is set.
 *
 * Values of anchors are computed from original rows; copied rows count in every mean and deviation of advantages, as in
 * the reference, which copies rows in between.
 *
 * The penalty belongs to the step part; `invalidActionPenalty` adds one to the episode score, as the reference's
 * trainer does apart from these functions. A group with one row has a deviation of one value in the reference, which
 * is NaN; here that part is 0.
 */
export default defineEstimator({
  name: 'g2po',
  summary: 'the value of the next anchor, compared among steps at the same anchor and over the whole group',
  consumes: ['env', 'anchors'],
  options: {
    ...EPISODE_AND_SUCCESS,
    successTest: choice('by-mode', ['by-mode', 'at-least', 'equal']),
    gamma: GAMMA,
    stepPenalty: number(0.1, 0),
    stepAdvantageW: number(1),
    norm: choice('mean_norm', ['mean_std_norm', 'mean_norm']),
    epsilon: EPSILON,
    crossSteps: flag(true),
  },
  estimate(batch, options) {
    const byMode = options.mode === 'reference' ? 'equal' : 'at-least'
    const successTest = options.successTest === 'by-mode' ? byMode : options.successTest
    const { column, scope, scores, raw, reached } = scoreSuccess(batch, { ...options, successTest })
    const transitions = transitionsOf(batch, scope.episodes, column, reached, false)
    const stepGroups = { ids: transitions.from, count: transitions.stateCount }
    const togo = stepsToGo(batch)
    const worth = raw.map((score, row) => options.gamma ** (togo[row] ?? 0) * score)
    const { means } = momentsOf(stepGroups, worth, { ...originalMembers(batch), mode: options.mode })
    const value = worth.map((_, row) => means[transitions.from[row] ?? NO_GROUP] ?? 0)
    const next = nextValues(transitions, means, options.successReward)
    const rule = { ...options, single: 'zero' } as const
    const atAnchor = normalised(stepGroups, penalised(batch, scope, next, options.stepPenalty), rule)
    const raised = next.map((each, row) => each - (value[row] ?? 0))
    const largest = largestOf(scope.episodes, next, value)
    const gains = normalised(scope.episodes, settledRows(scope.episodes, raised, largest, options.mode), rule)
    const episode = groupRelative(batch, scope, scores, options)
    const step = weightedSums([{ values: atAnchor }, { values: gains }], options.mode)
    const terms = [
      { values: episode },
      ...[atAnchor, gains].map((values) => ({ values, weight: options.stepAdvantageW })),
    ]
    return {
      advantages: weightedSums(terms, options.mode),
      parts: { value, next, episode, step },
      scope: { ...scope, penalty: Math.max(options.stepPenalty, options.invalidActionPenalty) },
      scores,
      stepGroups,
      anchor: { name: options.anchor, column },
    }
  },
})

const nextValues = ({ to }: Transitions, means: Float64Array, successReward: number): Float64Array =>
  Float64Array.from(to, (state) => (state === GOAL ? successReward : state <= NO_GROUP ? 0 : (means[state] ?? 0)))
