import { NO_ANCHOR, type StepBatch } from '../core/batch/index.ts'
import type { Group, Step, Trajectory } from '../core/data/types.ts'
import { entropyOf } from './clipped-loss.ts'

/** Sum of the environment's rewards of an episode; null where one of them was not judged. */
export function returnOf({ steps }: Pick<Trajectory, 'steps'>): number | null {
  let sum = 0
  for (const { rewards } of steps) {
    const value = rewards.find(({ name }) => name === 'env')?.value ?? null
    if (value === null) return null
    sum += value
  }
  return sum
}

/** Mean of the values that are known; null where none is. */
export function meanKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value): value is number => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
}

/** Share of episodes that the outcome signal `success` says succeeded; null where it judged none. */
export const successOf = (trajectories: readonly Trajectory[]): number | null =>
  meanKnown(trajectories.map(({ rewards }) => rewards.find(({ name }) => name === 'success')?.value ?? null))

/** Share of groups whose episodes have different returns: the others teach most estimators nothing. */
export function mixedShare(groups: readonly Group[]): number {
  const isMixed = ({ trajectories }: Group): boolean => {
    const known = trajectories.map(returnOf).filter((value) => value !== null)
    return known.some((value) => value !== known[0])
  }
  return groups.filter(isMixed).length / groups.length
}

/** Share of rows whose observation occurs more than once in their group. */
export function repeatedAnchorShare({ rowCount, groupOf, anchors }: StepBatch): number {
  const ids = anchors.get('text')?.ids
  const keyOf = (row: number): string => `${groupOf[row]} ${ids?.[row] ?? NO_ANCHOR}`
  const counts = new Map<string, number>()
  for (let row = 0; row < rowCount; row++) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + 1)
  let repeated = 0
  for (const count of counts.values()) if (count > 1) repeated += count
  return repeated / rowCount
}

/** Mean entropy of the policy in the states where it acted, in nats; null without evidence. */
export const actingEntropy = (steps: readonly Step[]): number | null =>
  meanKnown(
    steps.map(({ evidence }) =>
      evidence?.kind === 'categorical' && evidence.logProbs ? entropyOf(evidence.logProbs) : null,
    ),
  )
