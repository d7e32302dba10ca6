import { defineEstimator } from '../estimator/estimator.ts'
import { COMMON, flag, name, number, WHITEN } from '../estimator/options.ts'
import { scopeOf } from '../estimator/scope.ts'
import { generalisedAdvantages, whitened } from '../estimator/sequences.ts'
import { stepSignal } from '../estimator/signals.ts'
import { chained, chainsOf, rowMeans, unchained, unitRewards, unitsOf } from '../estimator/units.ts'

/**
 * GAE (arXiv 1506.02438): delta_t = r_t + gamma V_(t+1) - V_t, A_t = delta_t + gamma lam A_(t+1), whitened over the
 * batch. Reference: verl, `core_algos.py: compute_gae_advantage_return`, whose sequences are single responses; here
 * they are whole trajectories, of tokens where the values are per token, else of steps.
 *
 * The value after the last step is 0, also where a limit cut the trajectory: its true value was not recorded. The
 * reference's loop runs over padding and lets values there leak into the last token; here there is no padding.
 */
export default defineEstimator({
  name: 'gae',
  summary: 'generalised advantages from the values of a critic',
  consumes: ['env', 'value'],
  options: {
    ...COMMON,
    reward: name('env'),
    /** Signal with the critic's values, per step or per token. */
    value: name('value'),
    gamma: number(1, 0, 1),
    lam: number(1, 0, 1),
    whiten: flag(true),
    whitenEpsilon: WHITEN,
  },
  estimate(batch, options) {
    const [reward, value] = [stepSignal(batch, options.reward), stepSignal(batch, options.value)]
    const needs = [
      { signal: options.reward, column: reward },
      { signal: options.value, column: value },
    ]
    const scope = scopeOf(batch, needs, { ...options, minGroupSize: 1 })
    const units = unitsOf(value.perToken ? batch : { ...batch, tokens: null }, scope.mask)
    const chains = chainsOf(batch, units)
    const values = value.perToken?.values ?? value.values
    const rewards = chained(chains, unitRewards(units, value.perToken ? reward : { ...reward, perToken: null }))
    const raw = generalisedAdvantages(chains.starts, rewards, chained(chains, values), options)
    const all = unchained(batch, units, chains, raw)
    const advantages = options.whiten ? whitened(all, units.mask, options.mode, options.whitenEpsilon) : all
    const perToken = value.perToken ? { perToken: advantages } : {}
    const truncated = batch.trajectories.isTruncated.some((each) => each === 1)
    const warnings = truncated ? ['truncated trajectories end with value 0: what came next was not recorded'] : []
    return { advantages: rowMeans(units, advantages), ...perToken, scope, warnings }
  },
})
