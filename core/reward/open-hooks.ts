import { type HookSet, hookSet, type RewardHook } from './hook.ts'

/**
 * Hooks that are ready to judge: what some of them judge with is loaded, under their options. Close them with
 * `closeHooks`.
 * @throws GymError as `hookSet`, and what opening a hook throws; those that were opened before are closed then.
 */
export async function openHooks(given: readonly RewardHook[]): Promise<HookSet> {
  hookSet(given)
  const opened: RewardHook[] = []
  try {
    for (const hook of given) opened.push(await openHook(hook))
    return hookSet(opened)
  } catch (thrown) {
    await closeAll(opened).catch(() => {})
    throw thrown
  }
}

const openHook = async (hook: RewardHook): Promise<RewardHook> =>
  hook.scope === 'process' && hook.open ? hook.open(hook.options ?? {}) : hook

/** Ends what hooks judge with. What waits to be judged has null with the reason. */
export const closeHooks = ({ process }: Pick<HookSet, 'process'>): Promise<void> => closeAll(process)

async function closeAll(hooks: readonly RewardHook[]): Promise<void> {
  await Promise.all(hooks.map((hook) => (hook.scope === 'process' ? hook.close?.() : undefined)))
}
