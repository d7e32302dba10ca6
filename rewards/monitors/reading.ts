/** What one monitor reads in the latest groups. */
export interface Reading {
  readonly monitor: string
  /** Step signal that it is about; null for all monitors except disagreement. */
  readonly signal: string | null
  readonly summary: string
  /** Null where the groups say nothing of it. */
  readonly value: number | null
  readonly threshold: number
  readonly beyond: 'above' | 'below'
  /** What is wrong and what to do; null where nothing is, or too few groups are known. */
  readonly sentence: string | null
}
