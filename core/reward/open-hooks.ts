import { type GroupHook, type HookSet, hookSet, type ProcessHook, type RewardHook } from './hook.ts'

/**
 * Hooks that are ready to judge: what some of them judge with is loaded, under their options. Close them with
 * `closeHooks`.
 * @param isOpened whether a hook is opened; one that is not can be named in a record, and judged by others.
 * @throws GymError as `hookSet`, and what opening a hook throws; those that were opened before are closed then.
 */
export async function openHooks(
  given: readonly RewardHook[],
  isOpened: (hook: RewardHook) => boolean = () => true,
): Promise<HookSet> {
  hookSet(given)
  const opened: RewardHook[] = []
  try {
    for (const hook of given) opened.push(isOpened(hook) ? await openHook(hook) : hook)
    return hookSet(opened)
  } catch (thrown) {
    await closeAll(opened).catch(() => {})
    throw thrown
  }
}

const openHook = async (hook: RewardHook): Promise<RewardHook> =>
  isOpenable(hook) && hook.open ? hook.open(hook.options ?? {}) : hook

const isOpenable = (hook: RewardHook): hook is ProcessHook | GroupHook =>
  hook.scope === 'process' || hook.scope === 'group'

/** Ends what hooks judge with. What waits to be judged has null with the reason. */
export const closeHooks = ({ process, group }: Pick<HookSet, 'process' | 'group'>): Promise<void> =>
  closeAll([...process, ...group])

async function closeAll(hooks: readonly RewardHook[]): Promise<void> {
  await Promise.all(hooks.map((hook) => (isOpenable(hook) ? hook.close?.() : undefined)))
}
