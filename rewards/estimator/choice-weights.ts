import type { StepBatch } from '../../core/batch/index.ts'
import type { GroupSteps } from './group-steps.ts'
import { withCopies } from './signals.ts'

/**
 * Weights of rows by how many trajectories n of the group made the choice (an action at an anchor): (1 + k) n / (n + k),
 * which is 1 for a choice of one trajectory, and at most 1 + k. A copy of a row has its original's; rows outside groups 1.
 * @param k from 0, where every weight is 1
 */
export function choiceWeights(batch: StepBatch, groups: readonly GroupSteps[], k: number): Float64Array {
  const weights = new Float64Array(batch.rowCount).fill(1)
  for (const steps of groups) {
    const makers = makersOf(steps)
    steps.rows.forEach((row, at) => {
      const count = makers[steps.choices.ids[at] ?? 0] ?? 1
      weights[row] = ((1 + k) * count) / (count + k)
    })
  }
  return withCopies(batch, weights)
}

/** Trajectories that made each choice. */
function makersOf({ choices, trajectories, trajectoryCount }: GroupSteps): Int32Array {
  const counts = new Int32Array(choices.count)
  const seen = new Set<number>()
  choices.ids.forEach((choice, at) => {
    const key = choice * trajectoryCount + (trajectories[at] ?? 0)
    if (seen.has(key)) return
    seen.add(key)
    counts[choice] = (counts[choice] ?? 0) + 1
  })
  return counts
}
