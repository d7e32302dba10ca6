import type { StepBatch } from '../../core/batch/index.ts'
import { transitionNeed } from '../estimator/anchor-needs.ts'
import { bellmanClosure, type Closure } from '../estimator/closure.ts'
import { defineEstimator } from '../estimator/estimator.ts'
import { COMMON, EPSILON, name, number, whole } from '../estimator/options.ts'
import { firstRows } from '../estimator/outcome.ts'
import { largestOf, type Mode, settledRows, weightedSums } from '../estimator/rounding.ts'
import { scopeOf } from '../estimator/scope.ts'
import { actionColumn, anchorColumn, spread, withCopies } from '../estimator/signals.ts'
import { normalised } from '../estimator/statistics.ts'
import { SUCCESS, successes, successWarnings } from '../estimator/success.ts'
import { stepsToGo, type Transitions, transitionsOf } from '../estimator/transitions.ts'
import { NO_GROUP } from '../grouping/grouping.ts'

/**
 * Cross-rollout Bellman closure (paper text only; no released code was found): the steps of a group make an empirical
 * decision process over anchors and actions, success worth 1 and any other end 0. Q = beta sum P V, V = (I - beta
 * M)^-1 b; A_S = (Q - V) / max(sigma, sigmaMin) where two and more actions were seen at the anchor, else 0, with
 * sigma^2 = sum mu (Q - V)^2; A = wGroup A_G + wStep A_S, A_G the z-score of success over trajectories. Beta .98,
 * weights 1 and 5, sigmaMin .1. `depth` 0 to 64 starts from visit means of beta^(steps to the end) * success and
 * applies the equations that often; -1 is their fixed point. Copied rows are not additional visits: a copy has its
 * original's values.
 *
 * It trusts anchors: where one merges several states its step part is wrong, not only noisy, and its weight of 5
 * makes that felt. The diagnostics count anchors and actions that led to several next anchors.
 */
export default defineEstimator({
  name: 'crbc',
  summary: 'the advantage of an action in the decision process estimated from a group of episodes',
  consumes: ['success', 'anchors', 'actions', 'next anchors'],
  options: {
    ...COMMON,
    ...SUCCESS,
    episode: name('env'),
    anchor: name('text'),
    beta: number(0.98, 0, 1 - 1e-9),
    depth: whole(-1, -1, 64),
    wGroup: number(1),
    wStep: number(5),
    sigmaMin: number(0.1, Number.MIN_VALUE),
    epsilon: EPSILON,
  },
  estimate(batch, options) {
    const column = anchorColumn(batch, options.anchor)
    const reached = successes(batch, options)
    const success = spread(batch, reached)
    const scope = scopeOf(
      batch,
      [{ signal: options.success, column: success }, transitionNeed(batch, options.anchor, column)],
      options,
    )
    const transitions = transitionsOf(batch, scope.episodes, column, reached, false)
    const togo = stepsToGo(batch)
    const worth = success.values.map((value, row) => options.beta ** (togo[row] ?? 0) * value)
    const depth = options.depth < 0 ? null : options.depth
    const visits = { ...transitions, from: originalsOf(batch, transitions.from) }
    const closure = bellmanClosure(visits, actionColumn(batch), worth, { beta: options.beta, depth })
    const value = withCopies(batch, closure.state)
    const step = withCopies(batch, stepParts(visits, closure, options))
    const isMember = firstRows(batch, scope.mask)
    const group = normalised(scope.episodes, success.values, {
      norm: 'mean_std_norm',
      epsilon: options.epsilon,
      single: 'zero',
      mode: options.mode,
      isMember,
    })
    const terms = [
      { values: group, weight: options.wGroup },
      { values: step, weight: options.wStep },
    ]
    return {
      advantages: weightedSums(terms, options.mode),
      parts: { value, step, group },
      scope,
      scores: success.values,
      stepGroups: { ids: transitions.from, count: transitions.stateCount },
      anchor: { name: options.anchor, column },
      trustsAnchors: true,
      warnings: successWarnings(reached),
    }
  },
})

const originalsOf = ({ copyOf }: StepBatch, states: Int32Array): Int32Array =>
  copyOf ? states.map((state, row) => (copyOf[row] === row ? state : NO_GROUP)) : states

/** (Q - V) / max(sigma, sigmaMin), 0 where there was no choice. */
function stepParts(
  { from, stateCount }: Transitions,
  { action, state, spread: sigma, isChoice }: Closure,
  { sigmaMin, mode }: { readonly sigmaMin: number; readonly mode: Mode },
): Float64Array {
  const states = { ids: from, count: stateCount }
  const leads = action.map((value, row) => (isChoice[row] ? value - (state[row] ?? 0) : 0))
  const settledLeads = settledRows(states, leads, largestOf(states, action, state), mode)
  return settledLeads.map((lead, row) => lead / Math.max(sigma[row] ?? 0, sigmaMin))
}
