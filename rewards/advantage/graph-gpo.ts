import type { StepBatch } from '../../core/batch.ts'
import { goalDistances } from '../credit/distance.ts'
import { defineEstimator } from '../credit/estimator.ts'
import { EPSILON, flag, NORM, name, number } from '../credit/options.ts'
import { OUTCOME } from '../credit/outcome.ts'
import { penalised } from '../credit/penalty.ts'
import { groupRelative } from '../credit/relative.ts'
import { scopeOf } from '../credit/scope.ts'
import { anchorColumn, episodeScores, spread } from '../credit/signals.ts'
import { normalised } from '../credit/statistics.ts'
import { SUCCESS, successes, successWarnings } from '../credit/success.ts'
import { DEAD_END, GOAL, type Transitions, transitionsOf } from '../credit/transitions.ts'
import { anchorGroups } from '../grouping/anchor.ts'
import { NO_GROUP } from '../grouping/grouping.ts'
import { mergedAnchors } from '../grouping/merge.ts'

const { scoreOf: _, ...EPISODE } = OUTCOME

/**
 * GraphGPO (arXiv 2605.26684): the steps of a group are edges of one graph; d is the least number of steps to the
 * goal. A step's return is 10 gamma^d(next), or 10 gamma^(d(next) - d(current) + 1) with `normalizeDistance`; A =
 * episodeAdvantageW A_E + stepAdvantageW A_S as in GiGPO, with that return. States that do not reach the goal lie one
 * step beyond the farthest that does. Reference: verl-agent, `recipe/GraphGPO/core_graph.py`; gamma .10 for ALFWorld,
 * .20 WebShop, .80 Sokoban.
 *
 * `enableSimilarity` merges states whose texts are alike, as the reference's canonicaliser does.
 */
export default defineEstimator({
  name: 'graph-gpo',
  summary: 'how near the goal a step leads in the graph of its group, among steps at the same anchor',
  consumes: ['env', 'anchors', 'next anchors'],
  options: {
    ...EPISODE,
    ...SUCCESS,
    anchor: name('text'),
    gamma: number(0.2, 0, 1),
    normalizeDistance: flag(false),
    stepAdvantageW: number(1),
    episodeAdvantageW: number(1),
    norm: NORM,
    epsilon: EPSILON,
    crossSteps: flag(true),
    enableSimilarity: flag(false),
    similarityThresh: number(0.95, Number.MIN_VALUE, 1 - Number.EPSILON),
  },
  estimate(batch, options) {
    const column = anchorColumn(batch, options.anchor)
    const episode = spread(batch, episodeScores(batch, options.episode))
    const reached = successes(batch, options)
    const needs = [
      { signal: options.episode, column: episode },
      { signal: options.success, column: spread(batch, reached) },
    ]
    const scope = scopeOf(batch, needs, options)
    const similarity = options.enableSimilarity ? options.similarityThresh : null
    const merged = similarity === null ? undefined : mergedAnchors(scope.episodes, batch, column, similarity)
    const transitions = transitionsOf(batch, scope.episodes, column, reached, true, merged)
    const distances = nextDistances(batch, transitions)
    const returns = graphReturns(distances, options)
    const scores = penalised(batch, scope, episode.values, options.invalidActionPenalty)
    const stepReturns = penalised(batch, scope, returns, options.invalidActionPenalty)
    const stepGroups = anchorGroups(scope.episodes, column)
    const episodePart = groupRelative(batch, scope, scores, options)
    const stepPart = normalised(stepGroups, stepReturns, { ...options, single: 'zero' })
    const { episodeAdvantageW, stepAdvantageW } = options
    return {
      advantages: episodePart.map((value, row) => episodeAdvantageW * value + stepAdvantageW * (stepPart[row] ?? 0)),
      parts: { distance: distances.next, returns, penalised: stepReturns, episode: episodePart, step: stepPart },
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

const GOAL_REWARD = 10

const graphReturns = (
  { current, next }: RowDistances,
  { gamma, normalizeDistance }: { readonly gamma: number; readonly normalizeDistance: boolean },
): Float64Array => next.map((to, row) => GOAL_REWARD * gamma ** (normalizeDistance ? to - (current[row] ?? 0) + 1 : to))
