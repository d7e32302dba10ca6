import { GymError } from '../data/errors.ts'
import { isJsonObject } from '../data/json.ts'
import type { Json, JsonObject } from '../data/types.ts'

/** A task of an environment whose tasks are an option: what its resets take is private. */
export interface ListedTask<Public> {
  readonly id: string
  readonly public: Public
  readonly private: { readonly reset: JsonObject }
}

/**
 * Reads an option `tasks`: objects of `id`, `split` ('train' by default) and `reset` ({} by default); without any, one task.
 * @param environment its name, for messages
 * @param open what agents may know of every task
 * @returns Tasks by split.
 * @throws GymError CONFIG_INVALID
 */
export function listedTasks<Public>(
  environment: string,
  tasks: readonly Json[],
  open: Public,
): Readonly<Record<string, readonly ListedTask<Public>[]>> {
  if (tasks.length === 0) return { train: [{ id: 'default', public: open, private: { reset: {} } }] }
  const splits = new Map<string, ListedTask<Public>[]>()
  for (const [at, task] of tasks.entries()) {
    const { id, split = 'train', reset = {} } = isJsonObject(task) ? task : {}
    if (typeof id !== 'string' || typeof split !== 'string' || !isJsonObject(reset))
      throw new GymError('CONFIG_INVALID', `tasks[${at}] of ${environment} is an object of id, split and reset`)
    const others = splits.get(split) ?? []
    splits.set(split, others)
    others.push({ id, public: open, private: { reset } })
  }
  return Object.fromEntries(splits)
}
