import type { Grouping } from '../grouping/grouping.ts'
import { END, type GroupSteps } from './group-steps.ts'

/** What is known after a pass, of the horizon it represents. */
export interface Pass {
  /** Blended return of each step that takes part. */
  readonly returns: Float64Array
  /** Sums of blended returns, a state each. */
  readonly stateSums: Float64Array
  /** Sums of blended returns, a part each. */
  readonly partSums: Float64Array
}

export interface Blend {
  /** w, from 0, a step's own return, to 1, only what states are worth. */
  readonly trust: number
  /** Steps that take part, in ascending order: whole trajectories. */
  readonly learners: Int32Array
  /** Further classes of steps of which sums are wanted. */
  readonly parts: Grouping
}

/**
 * Blends what a step's own trajectory earned with what its group knows of the states that it passed: over a horizon
 * of k steps,
 *
 *   Y_k(t) = r_t + (1 - w) Y_(k-1)(t + 1) + w V_(k-1)(state led to),   V_k(s) = mean of Y_k over the visits of s.
 *
 * With w = 1 that is the finite-horizon Bellman equation of the counted process, with w = 0 the plain return, between
 * them a TD(1 - w) return with the group's own values. Trajectories that a limit of steps truncated are treated as what
 * they are: k then counts what is left to the limit, Y_0 = 0, and a step is read at its own k; counting the cut as an
 * end of the state it happened in would spoil values of all horizons. Without a limit it starts from plain returns
 * and runs as many passes as the longest trajectory has steps. Linear in steps and passes.
 * @param read Called for each step of the group, whether or not it takes part, at its own horizon.
 */
export function blendReturns(steps: GroupSteps, blend: Blend, read: (step: number, pass: Pass) => void): void {
  const { isLimited, horizon: last, states, returns } = steps
  const readers = readersOf(steps)
  const counts = countsOf(blend.learners, states)
  const pass = {
    returns: isLimited ? new Float64Array(returns.length) : returns.slice(),
    stateSums: new Float64Array(states.count),
    partSums: new Float64Array(blend.parts.count),
  }
  if (!isLimited) addUp(blend.learners, states, returns, pass.stateSums)
  const values = pass.stateSums.map((sum, state) => sum / Math.max(1, counts[state] ?? 0))
  for (let horizon = 1; horizon <= last; horizon++) {
    sweep(steps, blend, values, pass.returns)
    addUp(blend.learners, states, pass.returns, pass.stateSums)
    for (let state = 0; state < values.length; state++)
      values[state] = (pass.stateSums[state] ?? 0) / Math.max(1, counts[state] ?? 0)
    const reading = readers[horizon] ?? []
    if (reading.length > 0) addUp(blend.learners, blend.parts, pass.returns, pass.partSums)
    for (const step of reading) read(step, pass)
  }
}

/** In ascending order, so that the return of the next step is still that of the horizon before. */
function sweep(
  { rewards, next, goesOn }: GroupSteps,
  { trust, learners }: Blend,
  values: Float64Array,
  returns: Float64Array,
): void {
  for (let index = 0; index < learners.length; index++) {
    const at = learners[index] ?? 0
    const target = next[at] ?? END
    const worth = target === END ? 0 : (values[target] ?? 0)
    const own = goesOn[at] ? (returns[at + 1] ?? 0) : worth
    returns[at] = (rewards[at] ?? 0) + own + trust * (worth - own)
  }
}

function addUp(steps: Int32Array, { ids }: Grouping, values: Float64Array, sums: Float64Array): void {
  sums.fill(0)
  for (let index = 0; index < steps.length; index++) {
    const at = steps[index] ?? 0
    const part = ids[at] ?? 0
    sums[part] = (sums[part] ?? 0) + (values[at] ?? 0)
  }
}

/** Steps by the horizon at which they are read: what is left to the limit or, without one, the last. */
export function readersOf({ positions, isLimited, horizon }: GroupSteps): readonly (readonly number[])[] {
  const readers: number[][] = Array.from({ length: horizon + 1 }, () => [])
  positions.forEach((position, step) => {
    readers[isLimited ? horizon - position : horizon]?.push(step)
  })
  return readers
}

function countsOf(learners: Int32Array, { ids, count }: Grouping): Int32Array {
  const counts = new Int32Array(count)
  for (const at of learners) counts[ids[at] ?? 0] = (counts[ids[at] ?? 0] ?? 0) + 1
  return counts
}
