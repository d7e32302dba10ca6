import type { SignalColumn, StepBatch, StepSignal } from '../../core/batch/index.ts'
import { trajectoryGroups, withUnits } from '../estimator/batch-wide.ts'
import { defineEstimator } from '../estimator/estimator.ts'
import {
  firstItemAdvantages,
  gainStandings,
  itemTurnAdvantages,
  positionAdvantages,
} from '../estimator/information-gain.ts'
import { COMMON, choice, EPSILON, NORM, name, number, type OptionsOf } from '../estimator/options.ts'
import { type Scope, scopeOf } from '../estimator/scope.ts'
import { lastUnmasked } from '../estimator/sequences.ts'
import { discountedReturns, episodeScores, spread, stepSignal } from '../estimator/signals.ts'
import { lastRows } from '../estimator/transitions.ts'
import { chainedRewards, chainsOf, rowMeans, unchained, unitsOf } from '../estimator/units.ts'

const OPTIONS = {
  ...COMMON,
  /** Signal of steps: what each added to the probability of the right answer. Of a last step it is not read. */
  gain: name('gain'),
  /** Signal of the trajectory, the last step's reward. */
  outcome: name('success'),
  form: choice('turns', ['turns', 'positions', 'first-position']),
  /** Whether outcomes and gains are compared among themselves or all together. */
  pool: choice('joint', ['joint', 'separate']),
  gamma: number(1, 0, 1),
  norm: NORM,
  epsilon: EPSILON,
  /** Added to the variance in the form `turns`. */
  varianceEpsilon: number(1e-8, 0),
  outcomeWeight: number(1, 0),
  gainWeight: number(1, 0),
} as const

type IgpoOptions = OptionsOf<typeof OPTIONS>

/**
 * IGPO (arXiv 2510.14967, sections 3.2 and 3.3): a turn is paid what it added to the policy's probability of the right
 * answer, v_t - v_(t-1), the last one the outcome. `turns`: z-scores of these rewards within the group (population),
 * then A_t = z_t + gamma A_(t+1). Reference: IGPO's second release (debajoycs98), `core_algos.py:
 * compute_grpo_outcome_advantage, _compute_turn_level_advantage`, whose scripts take `pool=separate`; reference mode
 * finds turns by standings that are not 0, as there, so that a turn equal to its mean merges with the next.
 *
 * `positions` is what the first release (GuoqingWang1) computes: the sum still to come of a token, less the group's
 * mean at the same position, which compares tokens and not turns; `first-position` is that release's function that
 * nothing calls. In both, a token that the agent did not write ends the sum of those before it.
 *
 * Null: a gain that is missing before the last step, or the outcome, leaves the trajectory out; under `drop-row` the
 * steps up to it. Rows without tokens have no advantage in the forms over tokens.
 */
export default defineEstimator({
  name: 'igpo',
  summary: 'information gain of a turn and the outcome, each compared with its group, summed to the end',
  consumes: ['success', 'gain'],
  options: OPTIONS,
  estimate(batch, options) {
    const gain = stepSignal(batch, options.gain)
    const outcome = spread(batch, episodeScores(batch, options.outcome))
    const isLast = lastRows(batch)
    const paid = {
      values: gain.values.map((value, row) => (isLast[row] ? (outcome.values[row] ?? 0) : value)),
      known: gain.known.map((known, row) => (isLast[row] ? 1 : known)),
    }
    const needs = [
      { signal: options.outcome, column: outcome },
      { signal: options.gain, column: discountedReturns(batch, paid, 1) },
    ]
    const scope = scopeOf(batch, needs, options)
    if (options.form === 'turns' && options.mode === 'paper') return ofTurns(batch, scope, paid, isLast, options)
    return ofTokens(batch, scope, { gain, outcome: outcome.values }, options)
  },
})

function ofTurns(batch: StepBatch, scope: Scope, paid: SignalColumn, isLast: Uint8Array, options: IgpoOptions) {
  const standings = gainStandings(scope.episodes, paid.values, isLast, options)
  const { values } = discountedReturns(batch, { values: standings, known: scope.mask }, options.gamma)
  return { advantages: values, scope, parts: { standing: standings } }
}

function ofTokens(
  batch: StepBatch,
  whole: Scope,
  { gain, outcome }: { readonly gain: StepSignal; readonly outcome: Float64Array },
  options: IgpoOptions,
) {
  const scope = withUnits(batch, whole)
  const units = unitsOf(batch, scope.mask)
  const chains = chainsOf(batch, units)
  const sequences = { starts: chains.starts, mask: Uint8Array.from(chains.units, (unit) => units.mask[unit] ?? 0) }
  const values = gain.values.map((value, row) => (gain.known[row] ? value : 0))
  const rewards = chainedRewards(batch, units, chains, { ...gain, values })
  for (let t = 0; t + 1 < chains.starts.length; t++) {
    const last = lastUnmasked(sequences, t)
    if (last >= 0) rewards[last] = outcome[batch.trajectories.starts[t] ?? 0] ?? 0
  }
  const groups = trajectoryGroups(batch, scope)
  const perToken = unchained(batch, units, chains, advantagesOf[options.form](sequences, rewards, groups, options))
  return { advantages: rowMeans(units, perToken), perToken, scope }
}

const advantagesOf = {
  turns: itemTurnAdvantages,
  positions: positionAdvantages,
  'first-position': firstItemAdvantages,
} as const
