import { GymError } from '../../core/data/errors.ts'
import { AMOUNT_RANGE } from '../../core/data/options.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { overlongPenalty } from '../lengths/truncation.ts'
import { responseTokens } from '../recorded.ts'

/**
 * 0 for trajectories of up to `maxTokens - buffer` tokens, then falling linearly to `-factor` at `maxTokens`: DAPO's
 * soft overlong punishment (arXiv 2503.14476, equation 13; verl `recipe/dapo`). Declines without token evidence of
 * every action.
 */
export default defineRewardHook({
  name: 'overlong-penalty',
  version: 1,
  scope: 'outcome',
  summary: '0, and falling with the tokens beyond a soft limit, as in DAPO',
  options: { maxTokens: 20_480, buffer: 4096, factor: 1 },
  ranges: { maxTokens: [1, 10_000_000], buffer: [1, 10_000_000], factor: AMOUNT_RANGE },
  reward(trajectory, { options }) {
    if (options.buffer > options.maxTokens)
      throw new GymError('CONFIG_INVALID', 'reward hook overlong-penalty: buffer is at most maxTokens')
    const tokens = responseTokens(trajectory)
    return tokens === null ? null : overlongPenalty(tokens, options)
  },
})
