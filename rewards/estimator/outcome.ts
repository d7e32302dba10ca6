import type { StepBatch } from '../../core/batch/index.ts'
import { COMMON, choice, name, type OptionsOf, PENALTY } from './options.ts'
import { penalised } from './penalty.ts'
import { type Need, type Scope, scopeOf } from './scope.ts'
import { episodeScores, spread, stepSignal } from './signals.ts'

/** Options of methods that score whole episodes. */
export const OUTCOME = {
  ...COMMON,
  /** Signal of the score: a trajectory's own, or the sum of its steps'. */
  episode: name('env'),
  /** `row`: each row is scored by its own value, as where a row is a whole response. */
  scoreOf: choice('trajectory', ['trajectory', 'row']),
  invalidActionPenalty: PENALTY,
} as const

/** Scores of rows, and the rows that have one. */
export interface Scored {
  readonly scope: Scope
  /** After the invalid-action penalty. */
  readonly scores: Float64Array
}

/**
 * Scores of rows, and the rows that have one.
 * @param others Values that rows need in addition to their score.
 * @throws GymError SIGNAL_MISSING, CONFIG_INVALID
 */
export function scoreRows(batch: StepBatch, options: OptionsOf<typeof OUTCOME>, others: readonly Need[] = []): Scored {
  const { episode, scoreOf, mode } = options
  const column = scoreOf === 'row' ? stepSignal(batch, episode) : spread(batch, episodeScores(batch, episode, mode))
  const scope = scopeOf(batch, [{ signal: episode, column }, ...others], options)
  return {
    scope,
    scores: penalised(batch, scope, column.values, options.invalidActionPenalty),
  }
}

/** Members of a mean over what was really done: rows that are not copies; all where there are none. */
export const originalMembers = ({ copyOf }: StepBatch): { readonly isMember?: Uint8Array } =>
  copyOf ? { isMember: Uint8Array.from(copyOf, (original, row) => (original === row ? 1 : 0)) } : {}

/** Marks the first usable row of each trajectory. */
export function firstRows({ trajectoryOf, trajectories }: StepBatch, mask: Uint8Array): Uint8Array {
  const isSeen = new Uint8Array(trajectories.ids.length)
  return mask.map((isUsed, row) => {
    const trajectory = trajectoryOf[row] ?? 0
    if (!isUsed || isSeen[trajectory]) return 0
    isSeen[trajectory] = 1
    return 1
  })
}
