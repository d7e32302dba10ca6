import { Rng } from '../../../core/data/rng.ts'
import type { Estimates } from '../../creditbench/measures/estimates.ts'
import { rootMeanSquare } from '../../creditbench/planted.ts'
import { type Sample, samplesOf } from '../../creditbench/sample.ts'
import { type SolvedTask, type Testbed, testbedOfTables } from '../../creditbench/testbed.ts'
import { softmax } from '../../exact/advised-policy.ts'
import { gradientOf } from './credited.ts'

/** Advantages of one batch, in the middle of learning. */
export type Credit = (sample: Sample, testbed: Testbed) => Pick<Estimates, 'advantages' | 'mask'>

export interface ClimbSettings {
  /** Batches, each followed by one step of the policy. */
  readonly updates: number
  /** What a logit moves by for one row whose advantage has the batch's root mean square. */
  readonly rate: number
  readonly groupSize?: number
  readonly seed?: number
}

/**
 * Learning in tables: a logit for every observation and action, plain gradient steps along what one batch says,
 * advantages in units of their root mean square.
 * @returns Exact mean return before the first step, and after each.
 */
export function climb(start: Testbed, credit: Credit, settings: ClimbSettings): readonly number[] {
  const values = [start.value]
  let testbed = start
  for (let update = 0; update < settings.updates; update++) {
    testbed = improved(testbed, credit, settings, update)
    values.push(testbed.value)
  }
  return values
}

/** Streams of batches of one learning run. */
const STREAM = 7919

function improved(testbed: Testbed, credit: Credit, settings: ClimbSettings, update: number): Testbed {
  const { rate, groupSize = 8, seed = 0 } = settings
  const [sample] = samplesOf(testbed, { batches: 1, groupSize, seed: seed * STREAM + update })
  if (!sample) return testbed
  const { advantages, mask } = credit(sample, testbed)
  const size = rootMeanSquare(advantages)
  if (size === 0) return testbed
  const gradient = gradientOf(testbed, [{ sample, mask, advantages: advantages.map((value) => value / size) }])
  return moved(
    testbed,
    gradient.map((pull) => rate * pull),
  )
}

/** The policy with its logits moved, by cell, and everything that is true of it. */
export const moved = ({ tasks }: Testbed, by: Float64Array): Testbed =>
  testbedOfTables(tasks.map((task) => ({ model: task.model, table: movedTable(task, by) })))

export function movedTable({ model, table, cellOf }: SolvedTask, by: Float64Array): Float64Array {
  const next = table.slice()
  for (let state = 0; state < model.stateCount; state++) {
    const [start, end] = [model.choiceStarts[state] ?? 0, model.choiceStarts[state + 1] ?? 0]
    const logits = Array.from(table.subarray(start, end), (chance, at) => {
      return Math.log(Math.max(chance, LEAST_CHANCE)) + (by[cellOf[start + at] ?? 0] ?? 0)
    })
    next.set(softmax(logits), start)
  }
  return next
}

/** So that no action is lost for good. */
const LEAST_CHANCE = 1e-12

/** Draws of a claim's own, apart from those of its batches. */
export const ownRng = (seed: number, stream: number): Rng => new Rng({ word0: seed, word1: 0xc1a1 }, stream)
