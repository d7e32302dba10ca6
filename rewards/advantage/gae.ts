import { criticInputs } from '../estimator/critic.ts'
import { defineEstimator } from '../estimator/estimator.ts'
import { COMMON, flag, name, number, WHITEN } from '../estimator/options.ts'
import { generalisedAdvantages, masked, whitened } from '../estimator/sequences.ts'
import { chained, chainedRewards, creditedUnits, rowMeans, unchained } from '../estimator/units.ts'

/**
 * GAE (arXiv 1506.02438): delta_t = r_t + gamma V_(t+1) - V_t, A_t = delta_t + gamma lam A_(t+1), whitened over the
 * batch. Reference: verl, `core_algos.py: compute_gae_advantage_return`, whose sequences are single responses; here
 * they are whole trajectories, of tokens where the values are per token, else of steps.
 *
 * The value after the last step is 0 or, where a limit cut the trajectory, that of the signal `bootstrap`; a truncated
 * trajectory ends with 0 where there is no such signal, and a warning says so. Tokens that the agent did not write are
 * passed over, as in verl 0.9.1; in reference mode they hold what the reference leaves there, else 0. Older releases
 * run over them and over padding, so that values there leak into the token before.
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
    /** Signal of trajectories: the value of the state after a cut. */
    bootstrap: name('bootstrap'),
    gamma: number(1, 0, 1),
    lam: number(1, 0, 1),
    whiten: flag(true),
    whitenEpsilon: WHITEN,
  },
  estimate(batch, options) {
    const { reward, value, bootstrap, scope, units, chains, mask } = criticInputs(batch, options)
    const values = value.perToken?.values ?? value.values
    const rewards = chainedRewards(batch, units, chains, value.perToken ? reward : { ...reward, perToken: null })
    const after = { mask, ends: bootstrap.values }
    const raw = generalisedAdvantages(chains.starts, rewards, chained(chains, values), options, after)
    const all = unchained(batch, units, chains, raw)
    const whole = options.whiten ? whitened(all, units.mask, options.mode, options.whitenEpsilon) : all
    const advantages = options.mode === 'reference' ? whole : masked(whole, units.mask)
    const perToken = value.perToken ? { perToken: advantages } : {}
    return {
      advantages: rowMeans(units, advantages),
      ...perToken,
      scope: creditedUnits(scope, units),
      warnings: bootstrap.warnings,
    }
  },
})
