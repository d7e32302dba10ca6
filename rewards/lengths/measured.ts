import type { Trajectory } from '../../core/data/types.ts'
import { responseTokens } from '../recorded.ts'
import { signalValue } from '../signals.ts'
import type { MeasuredResponse } from './target.ts'

/** Outcomes with lengths in tokens; null where either is not known. */
export const measuredResponses = (
  trajectories: readonly Trajectory[],
  signal: string,
): readonly (MeasuredResponse | null)[] =>
  trajectories.map((trajectory) => {
    const [score, length] = [signalValue(trajectory.rewards, signal), responseTokens(trajectory)]
    return score === null || length === null ? null : { score, length }
  })
