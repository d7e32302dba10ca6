import type { Diagnostics } from '../../core/data/diagnostics.ts'
import { configInvalid } from '../estimator/options.ts'

/** Hooks that charge for what the column `isActionValid` says. */
const VALIDITY_HOOKS: readonly string[] = ['format', 'validity', 'valid-action', 'action-valid', 'is-action-valid']

/**
 * Refuses to charge an invalid action twice.
 * @param partsOf names of the signals that a signal was made of.
 * @throws GymError CONFIG_INVALID
 */
export function expectOneCharge(
  { estimator, options, signals }: Diagnostics,
  partsOf: (signal: string) => readonly string[],
): void {
  const penalty = options.invalidActionPenalty
  const hook = signals.flatMap(partsOf).find((name) => VALIDITY_HOOKS.includes(name))
  if (hook === undefined || typeof penalty !== 'number' || penalty === 0) return
  throw configInvalid(
    `${estimator} would charge invalid actions twice, by the signal ${hook} and by invalidActionPenalty ${penalty}: ` +
      `set ${estimator}.invalidActionPenalty=0, or leave ${hook} out`,
  )
}
