import { setTimeout } from 'node:timers/promises'
import type { ProcessHook } from '../../../core/reward/hook.ts'

/** A process hook that takes its time, as a model does that judges steps: its rewards come after the replies. */
export const takingItsTime = (hook: ProcessHook, ms: number): ProcessHook => ({
  ...hook,
  async reward(steps, context) {
    await setTimeout(ms)
    return hook.reward(steps, context)
  },
})
