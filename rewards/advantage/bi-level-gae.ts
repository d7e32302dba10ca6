import { biLevelAdvantages } from '../estimator/bi-level.ts'
import { criticInputs } from '../estimator/critic.ts'
import { defineEstimator } from '../estimator/estimator.ts'
import { COMMON, flag, name, number, WHITEN } from '../estimator/options.ts'
import { whitened } from '../estimator/sequences.ts'
import { chained, chainedRewards, creditedUnits, rowMeans, unchained } from '../estimator/units.ts'

/**
 * RAGEN's bi-level GAE (RAGEN, `ragen/trainer/core_algos.py`): over turns with `highLevelGamma`, then over the tokens
 * of each turn with `gamma`, whitened over the batch. A turn is a step. A row's advantage is the mean over its tokens.
 *
 * After the last turn of a trajectory that a limit cut comes the value of the signal `bootstrap`, else 0.
 *
 * In reference mode turns end where the reward is not 0, so that a step paid 0 merges with the next; where a
 * trajectory's last step is paid 0 the reference reads past the end, and here that step is still a turn.
 */
export default defineEstimator({
  name: 'bi-level-gae',
  summary: 'generalised advantages over turns, then over the tokens of each turn',
  consumes: ['env', 'value (per token)'],
  options: {
    ...COMMON,
    reward: name('env'),
    value: name('value'),
    /** Signal of trajectories: the value of the state after a cut. */
    bootstrap: name('bootstrap'),
    gamma: number(1, 0, 1),
    lam: number(1, 0, 1),
    highLevelGamma: number(0.95, 0, 1),
    whiten: flag(true),
    whitenEpsilon: WHITEN,
  },
  estimate(batch, options) {
    const { reward, value, bootstrap, scope, units, chains, mask } = criticInputs(batch, options)
    const rewards = chainedRewards(batch, units, chains, { ...reward, perToken: null })
    const isFinal = new Uint8Array(mask.length)
    for (const start of chains.starts) if (start > 0) isFinal[start - 1] = 1
    const isTurn = (at: number): boolean => options.mode === 'paper' || rewards[at] !== 0 || isFinal[at] === 1
    const isEnd = chains.isLast.map((last, at) => (last && mask[at] && isTurn(at) ? 1 : 0))
    const values = chained(chains, value.perToken?.values ?? value.values)
    const { advantages: raw } = biLevelAdvantages({ starts: chains.starts, mask }, rewards, values, isEnd, {
      ...options,
      ends: bootstrap.values,
    })
    const own = unchained(batch, units, chains, raw)
    const all = options.whiten ? whitened(own, units.mask, options.mode, options.whitenEpsilon) : own
    return {
      advantages: rowMeans(units, all),
      ...(value.perToken && { perToken: all }),
      scope: creditedUnits(scope, units),
      warnings: bootstrap.warnings,
    }
  },
})
