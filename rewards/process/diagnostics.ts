import { correlationOf } from '../credit/ranks.ts'

/** What a prediction said and what happened. */
export interface Prediction {
  /** From 0 to 1. */
  readonly probability: number
  readonly happened: boolean
}

/** Predictions of nearly the same probability. */
export interface ReliabilityBin {
  /** Probabilities from this on, up to the beginning of the next bin. */
  readonly from: number
  readonly count: number
  /** Mean probability of its predictions. */
  readonly predicted: number
  /** Share of them that happened. */
  readonly observed: number
}

/** How far probabilities are from frequencies. */
export interface Calibration {
  /** Bins of equal width that have predictions, in order. */
  readonly bins: readonly ReliabilityBin[]
  /** Expected calibration error: mean of |predicted - observed| over all predictions; null without any. */
  readonly error: number | null
}

const BINS = 10

/** Reliability of predictions in ten bins of equal width (Guo et al., "On calibration of modern neural networks", ICML 2017, equation 3). */
export function calibrationOf(predictions: readonly Prediction[]): Calibration {
  const members = Array.from({ length: BINS }, (): Prediction[] => [])
  for (const each of predictions) members[Math.min(BINS - 1, Math.floor(each.probability * BINS))]?.push(each)
  const bins = members.flatMap((inside, bin) => (inside.length === 0 ? [] : [binOf(inside, bin / BINS)]))
  const error = bins.reduce((sum, { count, predicted, observed }) => sum + count * Math.abs(predicted - observed), 0)
  return { bins, error: predictions.length === 0 ? null : error / predictions.length }
}

const binOf = (inside: readonly Prediction[], from: number): ReliabilityBin => ({
  from,
  count: inside.length,
  predicted: meanOf(inside.map(({ probability }) => probability)),
  observed: meanOf(inside.map(({ happened }) => Number(happened))),
})

/** How much values differ. */
export interface Spread {
  readonly mean: number
  /** Standard deviation of the values themselves. */
  readonly deviation: number
  readonly least: number
  readonly greatest: number
}

/** Spread of values; null for none. */
export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null
  const mean = meanOf(values)
  const deviation = Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)))
  const [least, greatest] = [Math.min, Math.max].map((choose) => values.reduce((a, b) => choose(a, b)))
  return { mean, deviation, least: least ?? mean, greatest: greatest ?? mean }
}

/** A trajectory with the score that a model gives it. */
export interface ScoredOutcome {
  readonly score: number
  readonly isSuccess: boolean
}

/** Lead of each success over each failure of its group. */
export const leadsOf = (groups: readonly (readonly ScoredOutcome[])[]): readonly number[] =>
  groups.flatMap((group) => {
    const scores = (wanted: boolean): readonly number[] =>
      group.filter(({ isSuccess }) => isSuccess === wanted).map(({ score }) => score)
    return scores(true).flatMap((won) => scores(false).map((lost) => won - lost))
  })

/** Share of leads above 0, an even one half; null without any. */
export const accuracyOf = (leads: readonly number[]): number | null =>
  leads.length === 0 ? null : meanOf(leads.map((lead) => (Math.sign(lead) + 1) / 2))

/** A step's reward, and what it was truly worth. */
export interface ValuedStep {
  readonly reward: number
  readonly truth: number
}

/** Pearson's correlation of rewards and true values; null where either does not vary. */
export const truthCorrelation = (steps: readonly ValuedStep[]): number | null =>
  correlationOf(
    Float64Array.from(steps, ({ reward }) => reward),
    Float64Array.from(steps, ({ truth }) => truth),
  )

/** Updates in a row whose accuracy is below one half, before a warning. */
const PATIENCE = 3

/**
 * Advice to stop, where pairs are ordered wrongly more often than not in the last three updates that had pairs: rewards
 * then point the wrong way. Null as long as all is well.
 * @param accuracies of all updates, oldest first; null for one without a pair
 */
export function lagWarning(accuracies: readonly (number | null)[]): string | null {
  const last = accuracies.filter((each) => each !== null).slice(-PATIENCE)
  if (last.length < PATIENCE || last.some((each) => each >= 0.5)) return null
  return `stop: held-out pair accuracy was below 0.5 in the last ${PATIENCE} updates with pairs (${last.map((each) => each.toFixed(2)).join(', ')}), so the reward model lags behind the policy and its rewards point the wrong way. Raise its learning rate or its steps an update until rate times steps is at least the policy's, or train without it`
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
