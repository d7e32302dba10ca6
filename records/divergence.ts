import { canonicalJson } from '../core/data/hash.ts'

/** What replay compares, in the order in which a step is compared. */
export type Compared =
  | 'task'
  | 'stateTag'
  | 'effects'
  | 'validity'
  | 'observation'
  | 'anchors'
  | 'reward'
  | 'ending'
  | 'info'

/** First difference between a replay and the record. */
export interface Divergence {
  readonly trajectoryId: string
  /** Index of the step; null for the start. */
  readonly index: number | null
  readonly what: Compared
  readonly expected: unknown
  readonly got: unknown
}

export class Diverged extends Error {
  override readonly name = 'Diverged'
  readonly divergence: Divergence

  constructor(divergence: Divergence) {
    super(describeDivergence(divergence))
    this.divergence = divergence
  }
}

const EXCERPT_LENGTH = 200

const excerpt = (value: unknown): string => canonicalJson(value ?? null).slice(0, EXCERPT_LENGTH)

/** Describes a divergence in one line for people. */
export function describeDivergence({ trajectoryId, index, what, expected, got }: Divergence): string {
  const where = index === null ? 'the start' : `step ${index}`
  return `trajectory ${trajectoryId}, ${where}: ${what} was ${excerpt(expected)}, and is ${excerpt(got)}`
}
