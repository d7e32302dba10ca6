/** Sum of numbers, 0 of none. */
export const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)

/** Mean of at least one number; NaN of none. */
export const meanOf = (values: readonly number[]): number => sumOf(values) / values.length

/** Standard deviation: of a population, or with Bessel's correction; 0 of one number. */
export function deviationOf(values: readonly number[], correction: 0 | 1): number {
  if (values.length < 2) return 0
  const mean = meanOf(values)
  return Math.sqrt(sumOf(values.map((value) => (value - mean) ** 2)) / (values.length - correction))
}

/** Largest of at least one number. */
export const largestOf = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), -Infinity)

/** Smallest of at least one number. */
export const smallestOf = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Infinity)

/** 1 / (1 + exp(-x)) without overflow. */
export const sigmoidOf = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)))
