import { GymError } from '../../core/data/errors.ts'
import { defineRewardHook, type ProcessHook } from '../../core/reward/hook.ts'
import type { Device } from '../../models/runtime/messages.ts'
import type { ContributionHookSettings } from '../contribution/opened-hook.ts'

const NO_MODEL =
  'the hook step-contribution needs the file of a model: train one with stepgym fit, and give it with --reward-model, or as the option model'

/** Why nothing can be judged yet. */
const NOT_OPEN = 'no model is loaded: name its file with the option model, and open the hook with openHooks'

/**
 * Contribution of a step to the outcome of its episode (SPA-RL, arXiv 2505.20732), by a model that `stepgym fit` trained
 * so that the contributions of an episode sum to its outcome. It reads what was seen and done, and no evidence. Options:
 * the file of the model, the device that scores (auto, cuda, webgpu or cpu), `threads` of a CPU for one operation. Once
 * open, its options also name the outcome, the version of the model, and the device that was taken.
 */
const hook = defineRewardHook({
  name: 'step-contribution',
  version: 1,
  scope: 'process',
  summary: 'contribution of a step, by a saved model whose contributions sum to the outcome, as in SPA-RL',
  maxBatch: 256,
  timeoutMs: 60_000,
  options: { model: '', device: 'auto', threads: 1 },
  ranges: { threads: [1, 1024] },
  reward: (steps) => ({ perStep: steps.map(() => null), declined: steps.map(() => NOT_OPEN) }),
  async open({ model, device, threads }) {
    if (model === '') throw new GymError('CONFIG_INVALID', NO_MODEL)
    return opened({ model, threads, device: device as Device | 'auto' })
  },
})

/** Loaded where it is used: without a model the package of devices is not needed. */
const opened = async (settings: ContributionHookSettings): Promise<ProcessHook> =>
  (await import('../contribution/opened-hook.ts')).openedContributions(hook, settings)

export default hook
