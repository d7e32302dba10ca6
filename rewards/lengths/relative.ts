import { deviationOf, largestOf, meanOf, sigmoidOf, smallestOf } from '../numbers.ts'
import type { MeasuredResponse } from './target.ts'

const EPSILON = 1e-6
/** Scores that the reference tells apart, exactly. */
const [RIGHT, WRONG] = [1, -0.5]

/**
 * Kimi k1.5's length reward (arXiv 2501.12599, section 2.3.3; hkust-nlp/Laser `compute_kimi_penalty`): a response gets
 * .5 - (length - shortest) / (longest - shortest + 1e-6), 0 where all are as long; a score of 1 has `weight` times that
 * added, a score of -0.5 only what of it is below 0, another score nothing. A group of one has shortest 0, longest 1.
 */
export function rangeLengthScores(group: readonly MeasuredResponse[], weight: number): readonly number[] {
  const lengths = group.map(({ length }) => length)
  const [low, high] = group.length === 1 ? [0, 1] : [smallestOf(lengths), largestOf(lengths)]
  return group.map(({ score, length }) => {
    const lead = high === low ? 0 : 0.5 - (length - low) / (high - low + EPSILON)
    if (score === RIGHT) return score + weight * lead
    return score === WRONG ? score + weight * Math.min(0, lead) : score
  })
}

/**
 * Length reward by deviation (Arora and Zanette, arXiv 2502.04463; hkust-nlp/Laser `compute_norm_length_penalty`): a
 * score of 1 becomes 1 - weight * sigmoid((length - mean) / (deviation + 1e-6)), over the lengths of the group's right
 * responses, with Bessel's correction; one alone has mean 0 and deviation 1.
 */
export function deviationLengthScores(group: readonly MeasuredResponse[], weight: number): readonly number[] {
  const lengths = group.filter(({ score }) => score === RIGHT).map(({ length }) => length)
  const isAlone = lengths.length < 2
  const [mean, deviation] = isAlone ? [0, 1] : [meanOf(lengths), deviationOf(lengths, 1)]
  return group.map(({ score, length }) =>
    score === RIGHT ? score * (1 - weight * sigmoidOf((length - mean) / (deviation + EPSILON))) : score,
  )
}

/**
 * A switch by group accuracy: where at least `atLeast` of the group is right, a right response loses `weight` times how
 * far its length is from the shortest right one towards the longest; else scores stay as they are.
 */
export function switchedLengthScores(
  group: readonly MeasuredResponse[],
  { atLeast, weight }: { readonly atLeast: number; readonly weight: number },
): readonly number[] {
  const lengths = group.filter(({ score }) => score === RIGHT).map(({ length }) => length)
  const [low, high] = [smallestOf(lengths), largestOf(lengths)]
  if (lengths.length === 0 || lengths.length / group.length < atLeast || low === high)
    return group.map(({ score }) => score)
  return group.map(({ score, length }) => (score === RIGHT ? score - (weight * (length - low)) / (high - low) : score))
}
