import { type AnchorColumn, NO_ANCHOR, type SignalColumn, type StepBatch } from '../../core/batch/index.ts'
import { type Grouping, NO_GROUP } from '../grouping/grouping.ts'
import { PairNumbers } from '../grouping/pairs.ts'

/** Where a step that reached the goal leads. */
export const GOAL = -2
/** Where a step leads whose trajectory ended short of the goal, or of which nothing more was recorded. */
export const DEAD_END = -3

/** The steps of all groups as edges between states: anchors of a group. */
export interface Transitions {
  /** State of each row; `NO_GROUP` for rows that take no part. */
  readonly from: Int32Array
  /** State, `GOAL` or `DEAD_END`. */
  readonly to: Int32Array
  readonly stateCount: number
  /** Group of each state. */
  readonly groupOf: Int32Array
}

/**
 * @param showsEnd Whether the anchor recorded after a last step that missed the goal is a state, or `DEAD_END`.
 * @param stateOf Which anchors are one state, by the group and the anchor's number; each its own where absent.
 */
export function transitionsOf(
  batch: StepBatch,
  episodes: Grouping,
  column: AnchorColumn,
  reached: SignalColumn,
  showsEnd: boolean,
  stateOf: (group: number, anchor: number) => number = (_, anchor) => anchor,
): Transitions {
  const numbers = new PairNumbers()
  const groups: number[] = []
  const numbered = (group: number, anchor: number): number => {
    const state = numbers.numberOf(group, stateOf(group, anchor))
    groups[state] = group
    return state
  }
  const isLast = lastRows(batch)
  const from = new Int32Array(batch.rowCount).fill(NO_GROUP)
  const to = new Int32Array(batch.rowCount).fill(NO_GROUP)
  for (let row = 0; row < batch.rowCount; row++) {
    const group = episodes.ids[row] ?? NO_GROUP
    if (group === NO_GROUP) continue
    from[row] = numbered(group, column.ids[row] ?? 0)
    const next = column.nextIds[row] ?? NO_ANCHOR
    const isGoal = isLast[row] === 1 && reached.values[batch.trajectoryOf[row] ?? 0] === 1
    const isState = next !== NO_ANCHOR && (showsEnd || !isLast[row])
    to[row] = isGoal ? GOAL : isState ? numbered(group, next) : DEAD_END
  }
  return { from, to, stateCount: numbers.count, groupOf: Int32Array.from(groups) }
}

/** 1 for the last step of each trajectory, and for its copies. */
export function lastRows({ rowCount, trajectoryOf, trajectories, copyOf }: StepBatch): Uint8Array {
  const last = new Int32Array(trajectories.ids.length)
  for (let row = 0; row < rowCount; row++) if (!copyOf || copyOf[row] === row) last[trajectoryOf[row] ?? 0] = row
  return Uint8Array.from(trajectoryOf, (trajectory, row) => ((copyOf?.[row] ?? row) === last[trajectory] ? 1 : 0))
}

/** Original steps from each trajectory's row to its end, the row itself included. */
export function stepsToGo({ rowCount, trajectoryOf, copyOf }: StepBatch): Int32Array {
  const left = new Int32Array(rowCount)
  let [trajectory, count] = [-1, 0]
  for (let row = rowCount - 1; row >= 0; row--) {
    if (copyOf && copyOf[row] !== row) continue
    if (trajectoryOf[row] !== trajectory) [trajectory, count] = [trajectoryOf[row] ?? 0, 0]
    left[row] = ++count
  }
  return copyOf ? left.map((_, row) => left[copyOf[row] ?? row] ?? 0) : left
}
