import { ranksOf } from '../../../rewards/credit/ranks.ts'
import type { Sample } from '../sample.ts'
import { type Estimates, rememberedOf } from './estimates.ts'

/** A step is a mistake where it loses at least this share of a value that is worth losing. */
const LOST_SHARE = 0.5
const WORTH = 0.05

/** 1 for rows that lose half of the value or more: ours, and the policy's own. */
export const mistakesOf = rememberedOf(({ truth, values }: Sample): Uint8Array => {
  const marks = new Uint8Array(truth.length)
  for (let row = 0; row < marks.length; row++) {
    const value = values[row] ?? 0
    if (value >= WORTH && (truth[row] ?? 0) <= -LOST_SHARE * value) marks[row] = 1
  }
  return marks
})

/**
 * Probability that a mistake is given less than another step, equals counting half (area under the ROC curve, by rank
 * sum); null without both kinds.
 */
export function mistakeAuc({ sample, advantages, mask }: Estimates): number | null {
  const isUsed = (_: number, row: number): boolean => mask[row] === 1
  const isMistake = mistakesOf(sample).filter(isUsed)
  const ranks = ranksOf(advantages.filter(isUsed))
  const count = isMistake.reduce((sum, each) => sum + each, 0)
  const others = isMistake.length - count
  if (count === 0 || others === 0) return null
  const sum = ranks.reduce((total, rank, row) => total + (isMistake[row] ? rank : 0), 0)
  return 1 - (sum - (count * (count + 1)) / 2) / (count * others)
}

/** Where an episode first went wrong, by truth and by estimate; null for an episode without a mistake. */
interface Verdict {
  readonly first: number | null
  /** The least estimate of the episode, and its step. */
  readonly least: number
  readonly leastAt: number
}

function verdictsOf({ sample, advantages, mask }: Estimates): readonly Verdict[] {
  const isMistake = mistakesOf(sample)
  const { starts, taskOf } = sample.walks
  return Array.from(taskOf, (_, trajectory) => {
    const [start, end] = [starts[trajectory] ?? 0, starts[trajectory + 1] ?? 0]
    const first = isMistake.subarray(start, end).indexOf(1)
    let [least, leastAt] = [Number.POSITIVE_INFINITY, -1]
    for (let row = start; row < end; row++)
      if (mask[row] && (advantages[row] ?? 0) < least) [least, leastAt] = [advantages[row] ?? 0, row - start]
    return { first: first < 0 ? null : first, least, leastAt }
  })
}

/**
 * Earliest-error F1 as ProcessBench has it (arXiv 2412.06559): harmonic mean of the share of wrong episodes whose
 * first mistake is named exactly, and of the share of right ones that are found right. Named is the step of the least
 * estimate, where that is below a threshold; the threshold is the best one of other batches.
 * @param threshold See `bestThreshold`.
 */
export const earliestErrorF1 = (estimates: Estimates, threshold: number): number | null =>
  f1Of(verdictsOf(estimates), threshold)

/** The threshold under which the F1 over these batches is highest; null where it is defined for none. */
export function bestThreshold(batches: readonly Estimates[]): number | null {
  const verdicts = batches.flatMap((each) => verdictsOf(each))
  const candidates = verdicts.map(({ least }) => least).filter(Number.isFinite)
  const sorted = candidates.toSorted((a, b) => a - b)
  const tried = Array.from({ length: 50 }, (_, at) => sorted[Math.floor((at * sorted.length) / 50)] ?? 0)
  let [best, most]: [number | null, number] = [null, -1]
  for (const threshold of tried) {
    const score = f1Of(verdicts, threshold)
    if (score !== null && score > most) [best, most] = [threshold, score]
  }
  return best
}

function f1Of(verdicts: readonly Verdict[], threshold: number): number | null {
  const [wrong, right] = [
    verdicts.filter(({ first }) => first !== null),
    verdicts.filter(({ first }) => first === null),
  ]
  if (wrong.length === 0 || right.length === 0) return null
  const named =
    wrong.filter(({ first, least, leastAt }) => least <= threshold && leastAt === first).length / wrong.length
  const passed = right.filter(({ least }) => least > threshold).length / right.length
  return named + passed > 0 ? (2 * named * passed) / (named + passed) : 0
}
