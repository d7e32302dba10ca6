import { GymError } from '../core/data/errors.ts'
import type { Reward, Step, Trajectory } from '../core/data/types.ts'
import type { Branches } from '../core/rollout/branches.ts'

/** Sum of a signal over an episode; null where no value of it is known. */
export interface Total {
  readonly name: string
  readonly sum: number | null
  /** Number of null values, for any reason. */
  readonly nulls: number
}

/** Steps from the reset on; its own where the record lacks the trajectory that it was forked from. */
export function pathOf(trajectory: Trajectory, branches: Branches): readonly Step[] {
  try {
    return branches.stepsOf(trajectory)
  } catch (thrown) {
    if (thrown instanceof GymError && thrown.code === 'BATCH_INVALID') return trajectory.steps
    throw thrown
  }
}

/** Sums of each signal, in the order in which the signals occur: of the steps first, then of the whole episode. */
export function totalsOf(steps: readonly Step[], whole: readonly Reward[]): readonly Total[] {
  const byName = groupedBy([...steps.flatMap(({ rewards }) => rewards), ...whole], ({ name }) => name)
  return [...byName].map(([name, rewards]) => ({ name, ...sumOf(rewards) }))
}

/** Items by key, keys in the order in which they occur. */
export function groupedBy<Key, Item>(
  items: readonly Item[],
  keyOf: (item: Item) => Key,
): ReadonlyMap<Key, readonly Item[]> {
  const groups = new Map<Key, Item[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group) group.push(item)
    else groups.set(keyOf(item), [item])
  }
  return groups
}

function sumOf(rewards: readonly Reward[]): Omit<Total, 'name'> {
  const known = rewards.flatMap(({ value }) => (value === null ? [] : [value]))
  const sum = known.length === 0 ? null : known.reduce((total, value) => total + value, 0)
  return { sum, nulls: rewards.length - known.length }
}

const NAMES = new Intl.Collator('en', { numeric: true })

/** Order of episodes in listings: by group, then by id, numbers in names by their size. */
export const inOrderOfName = (
  one: { readonly group: string | null; readonly id: string },
  other: { readonly group: string | null; readonly id: string },
): number => NAMES.compare(one.group ?? '', other.group ?? '') || NAMES.compare(one.id, other.id)
