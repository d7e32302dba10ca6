import type { StepBatch } from '../../core/batch/index.ts'
import { goalDistances } from '../estimator/distance.ts'
import { defineEstimator } from '../estimator/estimator.ts'
import { EPSILON, flag, NORM, number } from '../estimator/options.ts'
import { penalised } from '../estimator/penalty.ts'
import { groupRelative } from '../estimator/relative.ts'
import { weightedSums } from '../estimator/rounding.ts'
import { normalised } from '../estimator/statistics.ts'
import { EPISODE_AND_SUCCESS, scoreSuccess } from '../estimator/steps.ts'
import { successWarnings } from '../estimator/success.ts'
import { DEAD_END, GOAL, type Transitions, transitionsOf } from '../estimator/transitions.ts'
import { anchorGroups } from '../grouping/anchor.ts'
import { NO_GROUP } from '../grouping/grouping.ts'
import { mergedAnchors } from '../grouping/merge.ts'

/**
 * GraphGPO (arXiv 2605.26684): the steps of a group are edges of one graph; d is the least number of steps to the
 * goal. A step's return is goalReward gamma^d(next), or goalReward gamma^(d(next) - d(current) + 1) with
 * `normalizeDistance`; A = episodeAdvantageW A_E + stepAdvantageW A_S as in GiGPO, with that return. States that do not
 * reach the goal lie one step beyond the farthest that does. Reference: verl-agent, `recipe/GraphGPO/core_graph.py`,
 * where goalReward is fixed at 10; gamma .10 for ALFWorld, .20 WebShop, .80 Sokoban.
 *
 * `enableSimilarity` merges states of the graph whose texts are alike, as the reference's canonicaliser does; steps are
 * still compared at equal anchors only.
 */
export default defineEstimator({
  name: 'graph-gpo',
  summary: 'how near to the goal a step leads in the state graph of its group, compared among steps at the same anchor',
  consumes: ['env', 'anchors', 'next anchors'],
  options: {
    ...EPISODE_AND_SUCCESS,
    gamma: number(0.2, 0, 1),
    normalizeDistance: flag(false),
    /** Return of a step that reaches the goal. */
    goalReward: number(10),
    stepAdvantageW: number(1),
    episodeAdvantageW: number(1),
    norm: NORM,
    epsilon: EPSILON,
    crossSteps: flag(true),
    enableSimilarity: flag(false),
    similarityThresh: number(0.95, Number.MIN_VALUE, 1 - Number.EPSILON),
  },
  estimate(batch, options) {
    const { column, scope, scores, reached } = scoreSuccess(batch, options)
    const merged = options.enableSimilarity
      ? mergedAnchors(scope.episodes, batch, column, options.similarityThresh)
      : undefined
    const transitions = transitionsOf(batch, scope.episodes, column, reached, true, merged)
    const distances = nextDistances(batch, transitions)
    const returns = graphReturns(distances, options)
    const judged = penalised(batch, scope, returns, options.invalidActionPenalty)
    const stepGroups = anchorGroups(scope.episodes, column)
    const episode = groupRelative(batch, scope, scores, options)
    const step = normalised(stepGroups, judged, { ...options, single: 'zero' })
    const terms = [
      { values: episode, weight: options.episodeAdvantageW },
      { values: step, weight: options.stepAdvantageW },
    ]
    return {
      advantages: weightedSums(terms, options.mode),
      parts: { distance: distances.next, returns, penalised: judged, episode, step },
      scope,
      scores,
      stepGroups,
      anchor: { name: options.anchor, column },
      warnings: successWarnings(reached),
    }
  },
})

interface RowDistances {
  readonly current: Float64Array
  readonly next: Float64Array
}

function nextDistances(batch: StepBatch, transitions: Transitions): RowDistances {
  const { ofState, beyond } = goalDistances(transitions, batch.groups.length)
  const { from, to } = transitions
  const distance = (state: number, row: number): number => {
    if (state === GOAL) return 0
    return state === DEAD_END || state === NO_GROUP ? (beyond[batch.groupOf[row] ?? 0] ?? 1) : (ofState[state] ?? 0)
  }
  return { current: Float64Array.from(from, distance), next: Float64Array.from(to, distance) }
}

interface GraphOptions {
  readonly gamma: number
  readonly goalReward: number
  readonly normalizeDistance: boolean
}

const graphReturns = (
  { current, next }: RowDistances,
  { gamma, goalReward, normalizeDistance }: GraphOptions,
): Float64Array => next.map((to, row) => goalReward * gamma ** (normalizeDistance ? to - (current[row] ?? 0) + 1 : to))
