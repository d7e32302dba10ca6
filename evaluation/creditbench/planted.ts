import type { Rng } from '../../core/data/rng.ts'
import { normal } from '../statistics/normal.ts'
import { returnsOf } from './noise.ts'
import type { SolvedTask, Testbed } from './testbed.ts'
import type { Walks } from './walks.ts'

/** The true advantage of every row: what all estimates are held against. */
export const trueAdvantages = (testbed: Testbed, walks: Walks): Float64Array =>
  perRow(testbed, walks, ({ advantages }, step, row) => advantages[step]?.[walks.choice[row] ?? 0] ?? 0)

/** The true value of the state of every row. */
export const trueValues = (testbed: Testbed, walks: Walks): Float64Array =>
  perRow(testbed, walks, ({ values }, step, row) => values[step]?.[walks.state[row] ?? 0] ?? 0)

/**
 * What each step changed in the policy's probability of success, V_(t+1) - V_t by exact values: the gain of IGPO, where
 * the answer is the success and its probability is known. 0 on a last step, where
 * IGPO does not read it.
 */
export function gainsOf({ starts }: Walks, values: Float64Array): Float64Array {
  const gains = new Float64Array(values.length)
  for (let trajectory = 0; trajectory + 1 < starts.length; trajectory++)
    for (let row = starts[trajectory] ?? 0; row + 1 < (starts[trajectory + 1] ?? 0); row++)
      gains[row] = (values[row + 1] ?? 0) - (values[row] ?? 0)
  return gains
}

/** The same value with independent normal noise on every row. */
export const withNoise = (values: Float64Array, deviation: number, rng: Rng): Float64Array =>
  values.map((value) => value + deviation * normal(rng))

/** Root of the mean square; 0 of nothing. */
export const rootMeanSquare = (values: Float64Array): number =>
  values.length === 0 ? 0 : Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)

/** 1 for episodes that earned all there is. */
export const successesOf = (walks: Walks, reward = walks.reward): Float64Array =>
  returnsOf({ starts: walks.starts, reward }).map((earned) => (earned > 1 - 1e-9 ? 1 : 0))

/** The task's exact value, a trajectory each: what a perfect baseline would be. */
export const startValues = ({ tasks }: Testbed, { taskOf }: Walks): Float64Array =>
  Float64Array.from(taskOf, (task) => tasks[task]?.values[0]?.[0] ?? 0)

function perRow(
  { tasks }: Testbed,
  { rowCount, starts, taskOf }: Walks,
  of: (task: SolvedTask, step: number, row: number) => number,
): Float64Array {
  const values = new Float64Array(rowCount)
  for (let trajectory = 0; trajectory < taskOf.length; trajectory++) {
    const task = tasks[taskOf[trajectory] ?? 0]
    const start = starts[trajectory] ?? 0
    for (let row = start; task && row < (starts[trajectory + 1] ?? 0); row++) values[row] = of(task, row - start, row)
  }
  return values
}
