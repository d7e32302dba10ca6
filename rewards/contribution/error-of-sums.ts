import { meanOf } from '../numbers.ts'

/** How far the sums of contributions are from the outcomes of their episodes. */
export interface ErrorOfSums {
  readonly episodes: number
  /** Mean of |sum - outcome|. */
  readonly meanError: number
  /** Mean of (sum - outcome)^2: what the training minimises. */
  readonly squaredError: number
  /** Mean of (mean outcome - outcome)^2: what a model that knows the mean outcome alone has. */
  readonly spread: number
}

/** @param sums of at least one episode */
export function errorOfSums(sums: readonly { readonly sum: number; readonly outcome: number }[]): ErrorOfSums {
  const errors = sums.map(({ sum, outcome }) => sum - outcome)
  const mean = meanOf(sums.map(({ outcome }) => outcome))
  return {
    episodes: sums.length,
    meanError: meanOf(errors.map(Math.abs)),
    squaredError: meanOf(errors.map((error) => error * error)),
    spread: meanOf(sums.map(({ outcome }) => (mean - outcome) ** 2)),
  }
}
