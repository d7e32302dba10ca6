import { Lapsed } from '../data/deadline.ts'
import { GymError } from '../data/errors.ts'
import { failureOf } from '../data/failure.ts'

/**
 * Calls a function of the environment and reads what it returns; what either throws is the environment's failure.
 * @param place For the message: `view text`.
 * @throws GymError ENV_FAILED, ENV_INVALID
 */
export function asked<T>(place: string, call: () => T): T {
  try {
    return call()
  } catch (thrown) {
    throw failureOf('ENV_FAILED', place, thrown)
  }
}

/** As `asked` while an environment is opened, for its operator: a GymError says itself what is wrong. */
export function askedByOperator<T>(place: string, call: () => T): T {
  try {
    return call()
  } catch (thrown) {
    throw thrown instanceof GymError ? thrown : failureOf('ENV_FAILED', place, thrown)
  }
}

/** What was thrown at this place (`step 3`), as the error of the one who caused it. */
export function attributed(thrown: unknown, place: string): GymError {
  if (!(thrown instanceof Lapsed)) return failureOf('ENV_FAILED', place, thrown)
  if (thrown.isCancelled) return new GymError('EPISODE_ABORTED', 'the episode was cancelled', { cause: thrown })
  return new GymError('ENV_TIMEOUT', `${place}: ${thrown.message}`, { cause: thrown })
}
