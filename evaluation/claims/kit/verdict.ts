import type { Estimated } from '../../statistics/interval.ts'

/** One number of a claim: exact where its interval has no length. */
export interface Figure {
  /** Lower case; unique within a claim, and what conditions name. */
  readonly name: string
  /** Null where it could not be had from these samples. */
  readonly estimate: Estimated | null
}

export type Verdict = 'confirmed' | 'refuted' | 'undecided'

/** What a figure has to be: its whole interval on the right side of the bound. */
export interface Condition {
  /** Name of the figure. */
  readonly figure: string
  /** `within`: from minus the bound to the bound. */
  readonly is: 'above' | 'below' | 'within'
  /** In units of the figure; at least 0 for `within`. */
  readonly bound: number
  /** What it would mean. */
  readonly says: string
}

export interface Judged extends Condition {
  readonly verdict: Verdict
}

/** @throws RangeError where a figure is missing */
export const judged = (conditions: readonly Condition[], figures: readonly Figure[]): readonly Judged[] =>
  conditions.map((condition) => ({ ...condition, verdict: verdictOn(condition, estimateOf(condition, figures)) }))

/** All conditions confirmed: confirmed. One refuted: refuted. Otherwise the verdict is open. */
export function verdictOf(conditions: readonly Condition[], figures: readonly Figure[]): Verdict {
  const verdicts = judged(conditions, figures).map(({ verdict }) => verdict)
  if (verdicts.includes('refuted')) return 'refuted'
  return verdicts.includes('undecided') ? 'undecided' : 'confirmed'
}

/** Confirmed where the whole interval is on the condition's side, refuted where all of it is on the other. */
export function verdictOn({ is, bound }: Condition, estimate: Estimated | null): Verdict {
  if (estimate === null) return 'undecided'
  const { low, high } = estimate
  if (is === 'above') return low > bound ? 'confirmed' : high <= bound ? 'refuted' : 'undecided'
  if (is === 'below') return high < bound ? 'confirmed' : low >= bound ? 'refuted' : 'undecided'
  if (low >= -bound && high <= bound) return 'confirmed'
  return low > bound || high < -bound ? 'refuted' : 'undecided'
}

function estimateOf({ figure }: Condition, figures: readonly Figure[]): Estimated | null {
  const found = figures.find(({ name }) => name === figure)
  if (found) return found.estimate
  throw new RangeError(`a condition names the figure ${figure}, which was not measured`)
}
