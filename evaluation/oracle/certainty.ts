import type { StepRow } from './rows.ts'

/** What the interval of an advantage shows: all of it is below 0, all of it is above 0, or it holds 0. */
export type Certainty = 'harmful' | 'helpful' | 'undecided'

export function certaintyOf({ advantage: { low, high } }: Pick<StepRow, 'advantage'>): Certainty {
  if (high < 0) return 'harmful'
  return low > 0 ? 'helpful' : 'undecided'
}

/**
 * Steps of one kind in the order of what is certain of them: the least that they surely lost or won, then their mean.
 * Equal ones keep their order.
 */
export function surestFirst(rows: readonly StepRow[], kind: 'harmful' | 'helpful'): readonly StepRow[] {
  const sign = kind === 'harmful' ? -1 : 1
  const sure = ({ advantage: { low, high } }: StepRow): number => (kind === 'harmful' ? -high : low)
  const mean = ({ advantage: { value } }: StepRow): number => sign * (value ?? 0)
  return rows.filter((row) => certaintyOf(row) === kind).toSorted((a, b) => sure(b) - sure(a) || mean(b) - mean(a))
}
