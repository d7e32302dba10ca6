import { CellSums, centred, meansOf, totalOf, visitedCells } from '../../creditbench/measures/cells.ts'
import type { Estimates } from '../../creditbench/measures/estimates.ts'
import type { Sample } from '../../creditbench/sample.ts'
import type { Testbed } from '../../creditbench/testbed.ts'
import type { Estimated } from '../../statistics/interval.ts'
import { blocksOf, differenceOf, jackknifed } from './intervals.ts'

/** Cells finer than what a policy distinguishes: a task, a state and an action. */
export interface StateCells {
  /** Number of each task's first choice. */
  readonly firsts: readonly number[]
  readonly count: number
  /** Number of task and state, for each cell. */
  readonly stateOf: Int32Array
}

export function stateCellsOf({ tasks }: Testbed): StateCells {
  const firsts: number[] = []
  const stateOf: number[] = []
  let states = 0
  for (const { model } of tasks) {
    firsts.push(stateOf.length)
    for (let state = 0; state < model.stateCount; state++)
      for (let choice = model.choiceStarts[state] ?? 0; choice < (model.choiceStarts[state + 1] ?? 0); choice++)
        stateOf.push(states + state)
    states += model.stateCount
  }
  return { firsts, count: stateOf.length, stateOf: Int32Array.from(stateOf) }
}

const cellsOf = ({ firsts }: StateCells, { walks, batch }: Sample): Int32Array =>
  walks.choice.map((choice, row) => (firsts[batch.groupOf[row] ?? 0] ?? 0) + choice)

/** Sums by state and action, a block of batches each. */
export interface StateSums {
  readonly cells: StateCells
  readonly blocks: readonly Block[]
}

/** A block keeps its half where others are left out: else half of all batches would change sides each time. */
interface Block {
  readonly sums: CellSums
  readonly half: number
}

export function stateSumsOf(testbed: Testbed, estimates: readonly Estimates[]): StateSums {
  const cells = stateCellsOf(testbed)
  const blocks = blocksOf(estimates).map((block, at) => {
    const sums = new CellSums(cells.count)
    for (const each of block) sums.add({ ...each, sample: { ...each.sample, cells: cellsOf(cells, each.sample) } })
    return { sums, half: at % 2 }
  })
  return { cells, blocks }
}

/**
 * `advantage`: how far averaged estimates are from the true advantages of states and actions. `gradient`: the same
 * minus what all actions of a state have in common, which moves no policy gradient.
 */
export type BiasKind = 'advantage' | 'gradient'

/**
 * Cross-fitted root mean square in units of the truth's, at the scale that fits best. The interval is that of its
 * square (jackknife), which can fall below 0 where there is no bias.
 */
export function biasOf({ cells, blocks }: StateSums, kind: BiasKind): Estimated | null {
  const square = jackknifed(blocks, (left) => squaredBias(left, cells, kind))
  const root = (value: number): number => Math.sqrt(Math.max(0, value))
  return square && { value: root(square.value), low: root(square.low), high: root(square.high) }
}

/** Squared bias of one minus that of the other, of the same batches. */
export function squaredBiasDifference(one: StateSums, other: StateSums, kind: BiasKind): Estimated | null {
  const pairs = one.blocks.map((block, at) => ({ block, beside: other.blocks[at] ?? block }))
  return jackknifed(pairs, (left) => {
    const ours = left.map(({ block }) => block)
    const theirs = left.map(({ beside }) => beside)
    return differenceOf(squaredBias(ours, one.cells, kind), squaredBias(theirs, other.cells, kind))
  })
}

/** Rows that a cell has in each half. */
const LEAST = 5

/** The product of two halves, whose noise is independent, so that noise adds nothing to the square. */
function squaredBias(blocks: readonly Block[], { count, stateOf }: StateCells, kind: BiasKind): number | null {
  const halfOf = (wanted: number): CellSums => {
    const own = blocks.filter(({ half }) => half === wanted)
    return totalOf(
      own.map(({ sums }) => sums),
      count,
    )
  }
  const [one, other] = [halfOf(0), halfOf(1)]
  const cells = visitedCells([one, other], LEAST)
  const { weights, truths } = meansOf(totalOf([one, other], count), cells)
  const read = (values: Float64Array): Float64Array =>
    kind === 'gradient' ? centred(values, weights, cells, stateOf) : values
  const [a, b, truth] = [read(meansOf(one, cells).estimates), read(meansOf(other, cells).estimates), read(truths)]
  return squaredDistance(a, b, truth, weights)
}

function squaredDistance(a: Float64Array, b: Float64Array, truth: Float64Array, weights: Float64Array): number | null {
  const inner = (x: Float64Array, y: Float64Array): number =>
    weights.reduce((sum, weight, at) => sum + weight * (x[at] ?? 0) * (y[at] ?? 0), 0)
  const [unit, shared, aligned] = [inner(truth, truth), inner(a, b), (inner(a, truth) + inner(b, truth)) / 2]
  if (!(unit > 0 && shared > 0)) return null
  return 1 - aligned ** 2 / (shared * unit)
}
