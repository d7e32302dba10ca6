import { GymError } from '../../core/data/errors.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import { isObject, type Spaces } from './answers.ts'

/** A task: `options` of its resets are private, its spaces public. */
export interface GymnasiumTask {
  readonly id: string
  readonly public: JsonObject | null
  readonly private: { readonly reset: JsonObject }
}

const NONE: JsonObject = {}

/**
 * Reads the option `tasks`: objects of `id`, `split` and `reset`; without any, one task.
 * @param spaces what agents may know: how actions and observations are written; null where it is not known
 * @throws GymError CONFIG_INVALID
 */
export function splitsOf(
  tasks: readonly Json[],
  spaces: Spaces | null,
): Readonly<Record<string, readonly GymnasiumTask[]>> {
  if (tasks.length === 0) return { train: [{ id: 'default', public: spaces, private: { reset: NONE } }] }
  const splits = new Map<string, GymnasiumTask[]>()
  for (const [at, task] of tasks.entries()) {
    const { id, split = 'train', reset = NONE } = isObject(task) ? task : {}
    if (typeof id !== 'string' || typeof split !== 'string' || !isObject(reset))
      throw new GymError('CONFIG_INVALID', `tasks[${at}] of gymnasium is an object of id, split and reset`)
    const others = splits.get(split) ?? []
    splits.set(split, others)
    others.push({ id, public: spaces, private: { reset } })
  }
  return Object.fromEntries(splits)
}
