import { defineEstimator } from '../credit/estimator.ts'
import { EPSILON, flag, GAMMA, NORM, name, number } from '../credit/options.ts'
import { OUTCOME } from '../credit/outcome.ts'
import { penalised } from '../credit/penalty.ts'
import { groupRelative } from '../credit/relative.ts'
import { scopeOf } from '../credit/scope.ts'
import { anchorColumn, discountedReturns, episodeScores, spread, stepSignal } from '../credit/signals.ts'
import { normalised } from '../credit/statistics.ts'
import { anchorGroups } from '../grouping/anchor.ts'
import { similarityGroups } from '../grouping/similarity.ts'

const { scoreOf: _, ...EPISODE } = OUTCOME

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
  summary: 'the episode score in its group, and the return among steps at the same anchor',
  consumes: ['env', 'anchors'],
  options: {
    ...EPISODE,
    reward: name('env'),
    anchor: name('text'),
    gamma: GAMMA,
    stepAdvantageW: number(1),
    norm: NORM,
    epsilon: EPSILON,
    crossSteps: flag(true),
    enableSimilarity: flag(false),
    similarityThresh: number(0.95, Number.MIN_VALUE, 1 - Number.EPSILON),
  },
  estimate(batch, options) {
    const column = anchorColumn(batch, options.anchor)
    const episode = spread(batch, episodeScores(batch, options.episode))
    const returns = discountedReturns(batch, stepSignal(batch, options.reward), options.gamma)
    const needs = [
      { signal: options.episode, column: episode },
      { signal: options.reward, column: returns },
    ]
    const scope = scopeOf(batch, needs, options)
    const scores = penalised(batch, scope, episode.values, options.invalidActionPenalty)
    const stepReturns = penalised(batch, scope, returns.values, options.invalidActionPenalty)
    const stepGroups = options.enableSimilarity
      ? similarityGroups(scope.episodes, batch, column, options.similarityThresh)
      : anchorGroups(scope.episodes, column)
    const episodePart = groupRelative(batch, scope, scores, options)
    const stepPart = normalised(stepGroups, stepReturns, { ...options, single: 'zero' })
    return {
      advantages: episodePart.map((value, row) => value + options.stepAdvantageW * (stepPart[row] ?? 0)),
      parts: { episode: episodePart, step: stepPart, returns: stepReturns, score: scores },
      scope,
      scores,
      stepGroups,
      anchor: { name: options.anchor, column },
    }
  },
})
