import { startsOf } from '../../core/batch/index.ts'
import { NO_GROUP } from '../grouping/grouping.ts'
import { GOAL, type Transitions } from './transitions.ts'

/** Steps from states and from where rows lead to the goal. */
export interface Distances {
  /** Steps from each state to the goal. */
  readonly ofState: Float64Array
  /** Distance beyond each group: that of its farthest state that reaches the goal, plus one. */
  readonly beyond: Float64Array
}

/** Breadth first from the goal, along edges of weight 1 backwards, in all groups at once: linear in rows. */
export function goalDistances({ from, to, stateCount, groupOf }: Transitions, groupCount: number): Distances {
  const ofState = new Float64Array(stateCount).fill(-1)
  const into = edgesInto(to, stateCount)
  let frontier = new Set<number>()
  for (let row = 0; row < to.length; row++) if (to[row] === GOAL) frontier.add(from[row] ?? NO_GROUP)
  const beyond = new Float64Array(groupCount).fill(1)
  for (let distance = 1; frontier.size > 0; distance++) {
    const next = new Set<number>()
    for (const state of frontier) {
      ofState[state] = distance
      beyond[groupOf[state] ?? 0] = distance + 1
    }
    for (const state of frontier)
      for (let at = into.starts[state] ?? 0; at < (into.starts[state + 1] ?? 0); at++) {
        const source = from[into.rows[at] ?? 0] ?? NO_GROUP
        if (ofState[source] === -1) next.add(source)
      }
    frontier = next
  }
  for (let state = 0; state < stateCount; state++)
    if (ofState[state] === -1) ofState[state] = beyond[groupOf[state] ?? 0] ?? 1
  return { ofState, beyond }
}

/** Rows by the state that they lead to. */
function edgesInto(to: Int32Array, stateCount: number): { readonly starts: Int32Array; readonly rows: Int32Array } {
  const leading = Int32Array.from(to.keys()).filter((row) => (to[row] ?? NO_GROUP) >= 0)
  const starts = startsOf(
    leading.map((row) => to[row] ?? 0),
    stateCount,
  )
  const next = starts.slice()
  const rows = new Int32Array(leading.length)
  for (const row of leading) {
    const state = to[row] ?? 0
    const place = next[state] ?? 0
    rows[place] = row
    next[state] = place + 1
  }
  return { starts, rows }
}
