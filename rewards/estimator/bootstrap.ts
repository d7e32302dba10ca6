import type { StepBatch } from '../../core/batch/index.ts'
import type { Need } from './scope.ts'
import { spread } from './signals.ts'

/** What a critic says of the states at which limits cut trajectories off. */
export interface Bootstrap {
  /** A trajectory each: the value of the state after its last step, 0 where it ended by itself. */
  readonly values: Float64Array
  readonly needs: readonly Need[]
  readonly warnings: readonly string[]
}

/**
 * Values after the last step, from a signal of trajectories; of those that were not truncated it is not read. A
 * truncated trajectory without one takes no part. Where there is no such signal, a cut counts as an end with value 0,
 * and a warning says so.
 */
export function bootstrapOf(batch: StepBatch, signal: string): Bootstrap {
  const { isTruncated } = batch.trajectories
  const outcome = batch.outcomes.get(signal)
  if (!outcome)
    return { values: new Float64Array(isTruncated.length), needs: [], warnings: warningsOf(isTruncated, signal) }
  const values = outcome.values.map((value, t) => (isTruncated[t] && outcome.known[t] ? value : 0))
  const known = outcome.known.map((each, t) => (isTruncated[t] ? each : 1))
  return { values, needs: [{ signal, column: spread(batch, { values, known }) }], warnings: [] }
}

const warningsOf = (isTruncated: Uint8Array, signal: string): readonly string[] =>
  isTruncated.includes(1)
    ? [`truncated trajectories end with value 0: the value of what came next, outcomes.${signal}, was not recorded`]
    : []
