import { sizesOf } from '../grouping/grouping.ts'
import { blendReturns } from './blended-returns.ts'
import type { GroupSteps } from './group-steps.ts'

/** Baselines of the steps of one group. */
export interface Baselines {
  /** Blended return of each step. */
  readonly returns: Float64Array
  /** What the group says the step was worth before it was taken. */
  readonly anchored: Float64Array
  /** What the other trajectories' mean leaves to be earned: RLOO's baseline. */
  readonly group: Float64Array
}

/**
 * Baselines that know no more than what was seen before a step. A trajectory starts from the mean return of the
 * others; where others visited the same anchor, its expectation moves to their mean blended return, by n / (n + 1)
 * for n visits; at an anchor of its own it keeps what it expected, less what was earned since. Visits of its own at
 * the same anchor count as far as anchors are trusted: all where an anchor is a state, not at all where returns of one
 * trajectory share their random draws. A trajectory without others expects 0.
 */
export function carriedBaselines(steps: GroupSteps, trust: number): Baselines {
  const blended = blendedOf(steps, trust)
  const starts = startsOf(steps)
  const [group, anchored] = [new Float64Array(steps.rows.length), new Float64Array(steps.rows.length)]
  let [left, expected] = [0, 0]
  for (let at = 0; at < group.length; at++) {
    const earned = steps.rewards[at - 1] ?? 0
    const continues = at > 0 && steps.goesOn[at - 1] === 1
    left = continues ? left - earned : (starts[steps.trajectories[at] ?? 0] ?? 0)
    expected = continues ? expected - earned : left
    const visits = blended.visits[at] ?? 0
    if (visits > 0) expected += ((blended.means[at] ?? 0) - expected) * (visits / (visits + 1))
    group[at] = left
    anchored[at] = expected
  }
  return { returns: blended.returns, anchored, group }
}

/** Mean total of the other trajectories, a trajectory each; 0 if there is none. */
function startsOf({ returns, trajectories, trajectoryCount, goesOn }: GroupSteps): Float64Array {
  const totals = new Float64Array(trajectoryCount)
  for (let at = 0; at < returns.length; at++)
    if (at === 0 || !goesOn[at - 1]) totals[trajectories[at] ?? 0] = returns[at] ?? 0
  const sum = totals.reduce((a, b) => a + b, 0)
  return totals.map((total) => (trajectoryCount > 1 ? (sum - total) / (trajectoryCount - 1) : 0))
}

/** Blended return of each step, with the mean and weight of the other visits of its anchor at its horizon. */
function blendedOf(steps: GroupSteps, trust: number) {
  const { rows, states, visits: owns } = steps
  const [stateSizes, ownSizes] = [sizesOf(states), sizesOf(owns)]
  const [returns, means, visits] = [
    new Float64Array(rows.length),
    new Float64Array(rows.length),
    new Float64Array(rows.length),
  ]
  blendReturns(steps, { trust, learners: Int32Array.from(rows.keys()), parts: owns }, (step, pass) => {
    const [state, own] = [states.ids[step] ?? 0, owns.ids[step] ?? 0]
    const value = pass.returns[step] ?? 0
    const others = (stateSizes[state] ?? 0) - (ownSizes[own] ?? 0)
    const othersSum = (pass.stateSums[state] ?? 0) - (pass.partSums[own] ?? 0)
    const weight = others + trust * ((ownSizes[own] ?? 0) - 1)
    returns[step] = value
    visits[step] = weight
    means[step] = weight > 0 ? (othersSum + trust * ((pass.partSums[own] ?? 0) - value)) / weight : 0
  })
  return { returns, means, visits }
}
