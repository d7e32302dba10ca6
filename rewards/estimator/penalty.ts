import type { StepBatch } from '../../core/batch/index.ts'
import { configInvalid } from './options.ts'
import type { Scope } from './scope.ts'

/** Signals that say the same as the column `isActionValid`. */
const VALIDITY_SIGNALS: readonly string[] = ['format', 'validity', 'valid-action', 'action-valid', 'is-action-valid']

/**
 * Values of rows, less `penalty` where the action was invalid.
 * @throws GymError CONFIG_INVALID where a signal in use pays for validity already.
 */
export function penalised(batch: StepBatch, { consumed }: Scope, values: Float64Array, penalty: number): Float64Array {
  if (penalty === 0) return values
  const parts = consumed.flatMap((name) => batch.signals.get(name)?.parts ?? [name])
  const twice = parts.find((name) => VALIDITY_SIGNALS.includes(name))
  if (twice !== undefined)
    throw configInvalid(`invalid actions would be penalised twice, by the signal ${twice} and by invalidActionPenalty`)
  return values.map((value, row) => (batch.isActionValid[row] ? value : value - penalty))
}
