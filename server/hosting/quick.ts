import { GymError } from '../../core/data/errors.ts'
import type { HookSet, RewardHook } from '../../core/reward/hook.ts'

/** Holds hooks that a reply waits for to the time they may take together. @throws GymError HOOK_INVALID */
export function expectSyncResult({ turn, outcome }: HookSet, hookMs: number): void {
  const hooks: readonly RewardHook[] = [...turn, ...outcome]
  const ms = hooks.reduce((sum, { timeoutMs = 1000 }) => sum + timeoutMs, 0)
  if (ms <= hookMs) return
  const names = hooks.map(({ name }) => name).join(', ')
  throw new GymError(
    'HOOK_INVALID',
    `${names} may hold a reply back for ${ms} ms together, and hookMs is ${hookMs}: lower their timeoutMs`,
  )
}
