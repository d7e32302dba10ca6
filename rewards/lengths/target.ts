import { largestOf } from '../numbers.ts'

/** A judged response: its outcome, and its length in tokens. */
export interface MeasuredResponse {
  readonly score: number
  readonly length: number
}

/** How a target pays: `reward` for right responses within it, `penalty` for right ones beyond, `hybrid` both. */
export const TARGET_KINDS = ['reward', 'penalty', 'hybrid'] as const
/** Name of a way in which a target pays. */
export type TargetKind = (typeof TARGET_KINDS)[number]

/** Only a score of exactly 1 is right, as in the reference. */
const RIGHT = 1

/**
 * LASER (arXiv 2505.15612; hkust-nlp/Laser `length_penalty.py: compute_length_reward_larse`): the score plus `bonus`
 * for a right response of at most `target` tokens, and, by kind, minus `bonus` for a longer right one.
 */
export function targetedScore({ score, length }: MeasuredResponse, target: number, kind: TargetKind, bonus: number) {
  if (score !== RIGHT) return score
  if (length <= target) return kind === 'penalty' ? score : score + bonus
  return kind === 'reward' ? score : score - bonus
}

/** Difficulties of a group, by its pass rate. */
export const BANDS = ['low', 'medium', 'high'] as const
/** Name of a difficulty. */
export type Band = (typeof BANDS)[number]

/** Band of a group: at least 2/3 right is high, at least 1/3 medium. */
export function bandOf(group: readonly MeasuredResponse[]): Band {
  const rate = group.filter(({ score }) => score === RIGHT).length / group.length
  if (rate >= 2 / 3) return 'high'
  return rate >= 1 / 3 ? 'medium' : 'low'
}

/** What adaptive targets are chosen from. */
export interface TargetRule {
  /** Candidate targets in tokens. */
  readonly thresholds: readonly number[]
  /** Responses of a group. */
  readonly rollouts: number
  /** Responses of the least accurate group of a band that a target has to leave untouched. */
  readonly expected: number
  readonly rounding: 'floor' | 'ceil'
}

/**
 * LASER-D's targets (`_choose_target_length`): for each band the smallest threshold within which enough of its
 * responses are, by the share `coverage` of all its responses of at most that length; else the longest response.
 * @param coverage of each band, aligned with the thresholds
 * @param longest tokens of the longest response at hand
 */
export function adaptiveTargets(
  coverage: Readonly<Record<Band, readonly number[]>>,
  longest: number,
  { thresholds, rollouts, expected, rounding }: TargetRule,
): Readonly<Record<Band, number>> {
  const rounded = rounding === 'floor' ? Math.floor : Math.ceil
  const least = { low: 1, medium: rounded(rollouts / 3), high: rounded((rollouts * 2) / 3) }
  const targetOf = (band: Band): number =>
    thresholds.reduce((target, threshold, at) => {
      const reached = (coverage[band][at] ?? 0) * least[band]
      const count = rounding === 'floor' ? Math.floor(reached) : reached
      return count >= expected && threshold < target ? threshold : target
    }, longest)
  return { low: targetOf('low'), medium: targetOf('medium'), high: targetOf('high') }
}

/** Share of responses within each threshold. */
export const coverageOf = (lengths: readonly number[], thresholds: readonly number[]): readonly number[] =>
  thresholds.map((threshold) => lengths.filter((length) => length <= threshold).length / lengths.length)

/** Longest response in whole tokens. */
export const longestOf = (responses: readonly MeasuredResponse[]): number =>
  Math.trunc(largestOf(responses.map(({ length }) => length)))
