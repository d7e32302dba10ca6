import type { StepBatch } from '../../core/batch/index.ts'
import { defineEstimator, type Estimate } from '../estimator/estimator.ts'
import { greatestSize, greatestSum, scaledBy } from '../estimator/implicit.ts'
import { choice, EPSILON, name, number, WHITEN } from '../estimator/options.ts'
import { penalised } from '../estimator/penalty.ts'
import { groupRelative, leaveOneOut } from '../estimator/relative.ts'
import { type Mode, weightedSums } from '../estimator/rounding.ts'
import { type Scope, scopeOf } from '../estimator/scope.ts'
import { masked, whitened } from '../estimator/sequences.ts'
import { episodeScores, spread, stepSignal } from '../estimator/signals.ts'
import { EPISODE } from '../estimator/steps.ts'
import { creditedUnits, rowMeans, toUnits, type Units, unitRewards, unitsOf } from '../estimator/units.ts'

/**
 * OPRL, in code iStar (arXiv 2509.19199): A = A_E + w A_S, A_E from the episode score, A_S from the implicit process
 * reward of each step, both by the same rule: leave-one-out (`istar_rloo`, default), `istar_grpo` with or without
 * deviation, or `istar_reinforce_plus_baseline` (centred, whitened over tokens). `combine` adds score and w times
 * process reward before the rule (`process_outcome_combined`), or uses process rewards alone. Reference:
 * Qwen-Character, `CharacterRL-iStar/istar/core_istar.py`.
 *
 * In reference mode A_S has the quirk of the released code: the baseline of a group is made of one row a trajectory,
 * the first of the batch, so that every step is compared with first steps. In paper mode all steps of the group make
 * it. The invalid-action penalty reaches the episode part only, in both.
 */
export default defineEstimator({
  name: 'oprl',
  summary: 'the episode score and the implicit process reward of the step, each compared with its group',
  consumes: ['env', 'process'],
  options: {
    ...EPISODE,
    process: name('process'),
    processNorm: choice('batch_norm', ['batch_norm', 'none']),
    estimator: choice('rloo', ['rloo', 'grpo_mean_norm', 'grpo_mean_std_norm', 'reinforce_pp_baseline']),
    combine: choice('advantages', ['advantages', 'rewards', 'process_only']),
    stepAdvantageW: number(1),
    epsilon: EPSILON,
    /** Epsilon of `batch_norm`; fixed at 1e-6 in the reference. */
    normEpsilon: EPSILON,
    whitenEpsilon: WHITEN,
  },
  estimate(batch, options) {
    const process = stepSignal(batch, options.process)
    const episode = spread(batch, episodeScores(batch, options.episode, options.mode))
    const needs = [
      { signal: options.episode, column: episode },
      { signal: options.process, column: process },
    ]
    const scope = scopeOf(batch, needs, options)
    const rewards = stepRewards(batch, scope, process, options)
    const scores = penalised(batch, scope, episode.values, options.invalidActionPenalty)
    const rule = ruleOf(batch, scope, options)
    const parts = { score: scores, process: rewards, episode: rule(scores, false).rows }
    const result = (estimate: Ruled): Estimate => ({
      advantages: estimate.rows,
      ...(estimate.perToken && { perToken: estimate.perToken }),
      parts: { ...parts, step: rule(rewards, options.mode === 'paper').rows },
      scope: { ...credited(estimate), ...(options.combine === 'process_only' && { penalty: 0 }) },
      scores,
    })
    const credited = ({ perToken }: Ruled): Scope =>
      perToken ? creditedUnits(scope, unitsOf(batch, scope.mask)) : scope
    const acrossSteps = options.mode === 'paper'
    if (options.combine === 'process_only') return result(rule(rewards, acrossSteps))
    if (options.combine === 'rewards') return result(rule(added(scores, rewards, options), acrossSteps))
    return result(blended(rule(scores, false), rule(rewards, acrossSteps), options))
  },
})

/** Advantages of rows and, where a rule works on tokens, of those. */
interface Ruled {
  readonly rows: Float64Array
  readonly perToken: Float64Array | null
}
type Rule = (values: Float64Array, acrossSteps: boolean) => Ruled

interface RuleOptions {
  readonly estimator: 'rloo' | 'grpo_mean_norm' | 'grpo_mean_std_norm' | 'reinforce_pp_baseline'
  readonly epsilon: number
  readonly whitenEpsilon: number
  readonly mode: Mode
}

function ruleOf(batch: StepBatch, scope: Scope, options: RuleOptions): Rule {
  const { estimator, epsilon, mode } = options
  const units = unitsOf(batch, scope.mask)
  const norm = estimator === 'grpo_mean_std_norm' ? 'mean_std_norm' : 'mean_norm'
  return (values, crossSteps) => {
    if (estimator === 'rloo') return { rows: leaveOneOut(batch, scope, values, crossSteps, mode), perToken: null }
    const rows = groupRelative(batch, scope, values, { norm, epsilon, crossSteps, mode })
    return estimator === 'reinforce_pp_baseline' ? whitenedRows(units, rows, options) : { rows, perToken: null }
  }
}

function whitenedRows(units: Units, rows: Float64Array, { mode, whitenEpsilon }: RuleOptions): Ruled {
  const perToken = masked(whitened(toUnits(units, rows), units.mask, mode, whitenEpsilon), units.mask)
  return { rows: rowMeans(units, perToken), perToken }
}

/** The process reward of each step: the sum over its tokens, or the recorded value of a step without tokens. */
function stepRewards(
  batch: StepBatch,
  scope: Scope,
  process: ReturnType<typeof stepSignal>,
  { processNorm, normEpsilon }: { readonly processNorm: 'batch_norm' | 'none'; readonly normEpsilon: number },
): Float64Array {
  if (processNorm === 'none') return process.values
  const units = unitsOf(process.perToken ? batch : { ...batch, tokens: null }, scope.mask)
  const raw = masked(unitRewards(units, process), units.mask)
  const isEmpty = (row: number): boolean => units.starts[row] === units.starts[row + 1]
  const sums = process.values.map((value, row) =>
    isEmpty(row)
      ? value * (scope.mask[row] ?? 0)
      : raw.subarray(units.starts[row], units.starts[row + 1]).reduce((sum, each) => sum + each, 0),
  )
  return scaledBy(
    sums,
    Math.max(greatestSum(units.starts, raw), greatestSize(sums.filter((_, row) => isEmpty(row)))) + normEpsilon,
  )
}

const added = (a: Float64Array, b: Float64Array, { stepAdvantageW: weight, mode }: Weighting): Float64Array =>
  weightedSums([{ values: a }, { values: b, weight }], mode)

interface Weighting {
  readonly stepAdvantageW: number
  readonly mode: Mode
}

const blended = (episode: Ruled, step: Ruled, weighting: Weighting): Ruled => ({
  rows: added(episode.rows, step.rows, weighting),
  perToken: episode.perToken && step.perToken && added(episode.perToken, step.perToken, weighting),
})
