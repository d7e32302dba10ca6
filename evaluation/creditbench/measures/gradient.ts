import type { Testbed } from '../testbed.ts'
import type { Estimates } from './estimates.ts'

/**
 * The policy gradient that the estimates give, by the logit of each cell: sum over rows of A (1[taken] - pi), for a
 * policy with one logit for each observation and action. Rows without an advantage add nothing.
 */
export function addPolicyGradient(
  { tasks }: Testbed,
  { sample, advantages, mask }: Estimates,
  into: Float64Array,
): void {
  const { walks, batch } = sample
  for (let row = 0; row < walks.rowCount; row++) {
    const advantage = advantages[row] ?? 0
    const task = tasks[batch.groupOf[row] ?? 0]
    if (!mask[row] || advantage === 0 || !task) continue
    const { model, table, cellOf } = task
    const state = walks.state[row] ?? 0
    for (let choice = model.choiceStarts[state] ?? 0; choice < (model.choiceStarts[state + 1] ?? 0); choice++) {
      const cell = cellOf[choice] ?? 0
      const pull = (choice === walks.choice[row] ? 1 : 0) - (table[choice] ?? 0)
      into[cell] = (into[cell] ?? 0) + advantage * pull
    }
  }
}

/** Cosine of two directions; null where one has no length. */
export function cosine(a: Float64Array, b: Float64Array): number | null {
  let [ab, aa, bb] = [0, 0, 0]
  for (let at = 0; at < a.length; at++) {
    const [x, y] = [a[at] ?? 0, b[at] ?? 0]
    ab += x * y
    aa += x * x
    bb += y * y
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : null
}
