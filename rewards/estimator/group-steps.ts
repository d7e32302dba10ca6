import { type AnchorColumn, NO_ANCHOR, type SignalColumn, type StepBatch } from '../../core/batch/index.ts'
import { type Grouping, NO_GROUP } from '../grouping/grouping.ts'
import { PairNumbers } from '../grouping/pairs.ts'

/** Where a step leads after which nothing more is earned, or nothing is known. */
export const END = -1

/** The usable steps of one group in the order of the batch: those of a trajectory side by side. */
export interface GroupSteps {
  /** Row of each step in the batch. */
  readonly rows: Int32Array
  readonly rewards: Float64Array
  /** Sum of rewards from the step to the end of its trajectory. */
  readonly returns: Float64Array
  /** Trajectory of each step: numbered from 0 by the order of their ids. */
  readonly trajectories: Int32Array
  readonly trajectoryCount: number
  /** Steps taken at equal anchors. */
  readonly states: Grouping
  /** Steps that did the same at equal anchors. */
  readonly choices: Grouping
  /** Steps of one trajectory at equal anchors. */
  readonly visits: Grouping
  /** The state that each step led to, or `END`. */
  readonly next: Int32Array
  /** 1 where the step after it in the list is the next of its trajectory. */
  readonly goesOn: Uint8Array
  /** Zero-based index of each step within its trajectory. */
  readonly positions: Int32Array
  /** Steps after which trajectories are truncated; if no limit is known, those of the longest. */
  readonly horizon: number
  /**
   * Whether `horizon` is a limit. A group has its own if its longest trajectory was truncated, else that of the
   * batch, known where the longest of all was. A trajectory that was truncated sooner ended there.
   */
  readonly isLimited: boolean
}

interface Sources {
  readonly batch: StepBatch
  readonly episodes: Grouping
  readonly column: AnchorColumn
  readonly actions: Int32Array
  readonly rewards: SignalColumn
}

/** The groups that have usable steps. Copies of rows are left out: they add no information. */
export function groupSteps(sources: Sources): readonly GroupSteps[] {
  const { batch, episodes } = sources
  const rows: number[][] = Array.from({ length: episodes.count }, () => [])
  for (let row = 0; row < batch.rowCount; row++) {
    const group = episodes.ids[row] ?? NO_GROUP
    if (group !== NO_GROUP && (batch.copyOf?.[row] ?? row) === row) rows[group]?.push(row)
  }
  const used = rows.filter(({ length }) => length > 0).map((own) => Int32Array.from(own))
  const lengths = used.map((own) => lengthOf(batch, own))
  const longest = lengths.reduce((most, { steps }) => Math.max(most, steps), 0)
  const limit = lengths.some(({ steps, isCut }) => isCut && steps === longest) ? longest : null
  return used.map((own, at) => {
    const { steps = 0, isCut = false } = lengths[at] ?? {}
    return {
      ...stepsOf(sources, own, isCut ? steps : null),
      horizon: isCut ? steps : (limit ?? steps),
      isLimited: isCut || limit !== null,
    }
  })
}

/** Steps of the longest of some trajectories, and whether it was truncated. */
function lengthOf({ stepIndex, trajectoryOf, trajectories }: StepBatch, rows: Int32Array) {
  let [steps, isCut] = [0, false]
  for (const row of rows) {
    const length = (stepIndex[row] ?? 0) + 1
    const isTruncated = trajectories.isTruncated[trajectoryOf[row] ?? 0] === 1
    if (length > steps) [steps, isCut] = [length, isTruncated]
    else if (length === steps && isTruncated) isCut = true
  }
  return { steps, isCut }
}

type Unlimited = Omit<GroupSteps, 'horizon' | 'isLimited'>

/** @param cutAfter Steps after which trajectories of this group were truncated, null if none was. */
function stepsOf({ batch, column, actions, rewards }: Sources, rows: Int32Array, cutAfter: number | null): Unlimited {
  const pick = (values: Int32Array): Int32Array => rows.map((row) => values[row] ?? 0)
  const [owners, positions] = [pick(batch.trajectoryOf), pick(batch.stepIndex)]
  const goesOn = Uint8Array.from(rows, (_, at) => (owners[at] === owners[at + 1] ? 1 : 0))
  const isCut = rows.map((_, at) =>
    (positions[at] ?? 0) + 1 === cutAfter && batch.trajectories.isTruncated[owners[at] ?? 0] ? 1 : 0,
  )
  const numbers = new PairNumbers(rows.length)
  const states = rows.map((row) => numbers.numberOf(column.ids[row] ?? 0, 0))
  const own = Float64Array.from(rows, (row) => rewards.values[row] ?? 0)
  return {
    rows,
    rewards: own,
    returns: returnsOf(own, goesOn),
    ...inOrderOfIds(batch, owners),
    states: { ids: states, count: numbers.count },
    choices: paired(states, pick(actions)),
    visits: paired(states, owners),
    next: nextStates(states, goesOn, isCut, pick(column.ids), pick(column.nextIds)),
    goesOn,
    positions,
  }
}

function returnsOf(rewards: Float64Array, goesOn: Uint8Array): Float64Array {
  const returns = rewards.slice()
  for (let at = returns.length - 2; at >= 0; at--)
    if (goesOn[at]) returns[at] = (returns[at] ?? 0) + (returns[at + 1] ?? 0)
  return returns
}

/** A number that does not depend on the order in which trajectories came. */
function inOrderOfIds(
  { trajectories: { ids } }: StepBatch,
  owners: Int32Array,
): { readonly trajectories: Int32Array; readonly trajectoryCount: number } {
  const idOf = (owner: number): string => ids[owner] ?? ''
  const sorted = [...new Set(owners)].toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1))
  const numbers = new Map(sorted.map((owner, number) => [owner, number]))
  return { trajectories: owners.map((owner) => numbers.get(owner) ?? 0), trajectoryCount: sorted.length }
}

function paired(firsts: Int32Array, seconds: Int32Array): Grouping {
  const numbers = new PairNumbers(firsts.length)
  const ids = firsts.map((first, at) => numbers.numberOf(first, seconds[at] ?? 0))
  return { ids, count: numbers.count }
}

/** A truncated trajectory would have continued from its last anchor, if that is a state of the group. */
function nextStates(
  states: Int32Array,
  goesOn: Uint8Array,
  isCut: Int32Array,
  anchors: Int32Array,
  nextAnchors: Int32Array,
): Int32Array {
  const stateOf = new Map<number, number>()
  if (isCut.includes(1))
    for (let at = 0; at < anchors.length; at++) stateOf.set(anchors[at] ?? NO_ANCHOR, states[at] ?? END)
  return states.map((_, at) => {
    if (goesOn[at]) return states[at + 1] ?? END
    return isCut[at] ? (stateOf.get(nextAnchors[at] ?? NO_ANCHOR) ?? END) : END
  })
}
