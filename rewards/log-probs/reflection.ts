import { deviationOf, largestOf, sumOf } from '../numbers.ts'

type Rows = readonly (readonly number[])[]

/**
 * How differently the members of a group see each token of the reference: the population deviation over the group of
 * its log-probability. After R3 of DRO (arXiv 2506.13351 v1, section 4.1.3; no code; kind of deviation ours).
 */
export const tokenDeviations = (logProbs: Rows): readonly number[] =>
  (logProbs[0] ?? []).map((_, at) =>
    deviationOf(
      logProbs.map((row) => row[at] ?? 0),
      0,
    ),
  )

/** Log-likelihood of the reference in which a token weighs its deviation to the power `power` (the weight is ours). */
export const weightedLikelihood = (row: readonly number[], deviations: readonly number[], power: number): number =>
  sumOf(row.map((logProb, at) => (deviations[at] ?? 0) ** power * logProb))

/**
 * The propagated form: the probability of a token is multiplied, for each earlier key token k at distance d, by
 * p_k + (1 - p_k) (1 - exp(-gamma d)): an unsure key token takes its neighbours with it.
 */
export function propagated(row: readonly number[], keys: readonly number[], gamma: number): readonly number[] {
  const factor = (key: number, at: number): number => {
    const p = Math.exp(row[key] ?? 0)
    return p + (1 - p) * (1 - Math.exp(-gamma * (at - key)))
  }
  return row.map(
    (logProb, at) => logProb + sumOf(keys.filter((key) => key < at).map((key) => Math.log(factor(key, at)))),
  )
}

/** The length term 1 - beta | length - reference | / reference. */
export const lengthTerm = (length: number, reference: number, beta: number): number =>
  1 - (beta * Math.abs(length - reference)) / reference

/** Positions whose deviation is at least that of the `count`-th largest; ties in. */
export function keyTokens(deviations: readonly number[], count: number): readonly number[] {
  const least = deviations.toSorted((a, b) => b - a)[Math.max(0, count - 1)] ?? largestOf(deviations)
  return count === 0 ? [] : deviations.flatMap((deviation, at) => (deviation >= least ? [at] : []))
}
