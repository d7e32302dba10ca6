import { GymError } from '../../core/data/errors.ts'
import { defineRewardHook, type ProcessHook } from '../../core/reward/hook.ts'
import type { Device } from '../../models/runtime/messages.ts'
import type { SavedHookSettings } from '../process/saved-hook.ts'

const NO_MODEL =
  'the hook implicit needs the file of a reward model: give it with --reward-model, or as the option model'

/** Why nothing can be judged yet. */
const NOT_OPEN = 'no model is loaded: name its file with the option model, and open the hook with openHooks'

/**
 * beta * (log pi_phi(action) - log pi_ref(action)) of a reward model that `saveOnlineReward` wrote. Options: its file,
 * the device that scores (auto, cuda, webgpu or cpu), `threads` of a CPU for one operation, `maxBatch` steps of one
 * call, `timeoutMs` until a call is given up. Once open, its options also name the device that was taken, the
 * software that computes, and the versions of the weights.
 */
export default defineRewardHook({
  name: 'implicit',
  version: 1,
  scope: 'process',
  summary: 'how much likelier a saved reward model makes the action than its reference does',
  maxBatch: 256,
  timeoutMs: 60_000,
  options: { model: '', device: 'auto', threads: 1, maxBatch: 256, timeoutMs: 60_000 },
  ranges: { threads: [1, 1024], maxBatch: [1, 1_000_000], timeoutMs: [1, 86_400_000] },
  reward: (steps) => ({ perStep: steps.map(() => null), declined: steps.map(() => NOT_OPEN) }),
  async open({ model, device, ...numbers }) {
    if (model === '') throw new GymError('CONFIG_INVALID', NO_MODEL)
    return saved({ ...numbers, model, device: device as Device | 'auto' })
  },
})

/** Loaded where it is used. Outside the hook: within it the compiler leaves the extension of the file as it is. */
const saved = async (settings: SavedHookSettings): Promise<ProcessHook> =>
  (await import('../process/saved-hook.ts')).savedRewardHook(settings)
