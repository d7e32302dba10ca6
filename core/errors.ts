/** Every code a `GymError` can carry, with the one sentence the documentation gives it. */
export const ERROR_CODES = {
  ACTION_INVALID: 'an action cannot be read; the step is taken and says so',
  ACTION_TOO_LARGE: 'an action is longer than the limit; the step is taken and says so',
  AGENT_FAILED: 'an agent threw, or answered with something that is no action',
  AGENT_INVALID: 'an agent does not keep its contract',
  AGENT_UNKNOWN: 'no agent has this name',
  BATCH_INVALID: 'a batch of steps has a value, a row or a column that cannot be used; the message names it',
  CATALOGUE_INVALID: 'a catalogue file is missing, cut off, or not in the schema of its kind',
  CONFIG_INVALID: 'an option, flag or configuration file cannot be used as it is',
  EFFECT_FAILED: 'something outside that a step depends on failed',
  ENV_ASYNC: 'an environment of kind sync returned a promise',
  ENV_FAILED: 'the environment threw',
  ENV_INVALID: 'an environment does not keep its contract',
  ENV_TIMEOUT: 'a reset or step took longer than its limit',
  ENV_UNKNOWN: 'no environment has this id',
  EPISODE_ABORTED: 'the episode was cancelled or broke down',
  EPISODE_BUSY: 'a step was asked for while another is under way',
  EPISODE_ENDED: 'a step was asked for after the episode ended',
  ESTIMATOR_INVALID: 'an advantage estimator does not keep its contract',
  ESTIMATOR_UNKNOWN: 'no advantage estimator has this name',
  FORK_UNSUPPORTED: 'this environment cannot be forked',
  HOOK_INVALID: 'a reward hook does not keep its contract',
  HOOK_UNKNOWN: 'no reward hook or recipe has this name',
  RECORD_CORRUPT: 'a run folder is damaged in a way that repair does not cover',
  RECORD_FAILED: 'a run could not be written: nothing more is acknowledged',
  RECORD_FOREIGN: 'a folder is no run folder, or was written by another version or environment',
  REPLAY_DIVERGED: 'the same actions led to something else than was recorded',
  REWARD_MISSING: 'a recipe needs a signal that is null or was not recorded, and says that this is an error',
  SEED_INVALID: 'a seed is no integer from 0 to 2^64 - 1, or lost digits on its way',
  SIGNAL_MISSING: 'an estimator needs a signal or column that the batch has not',
  SNAPSHOT_FOREIGN: 'a snapshot belongs to another environment, version or catalogue',
  STATE_NOT_PLAIN: 'a state holds something that JSON cannot carry',
  TASK_UNKNOWN: 'the environment has no such task or split',
} as const

export type ErrorCode = keyof typeof ERROR_CODES

/** The one error of stepgym: a code from a closed set, and a message that says what to do. */
export class GymError extends Error {
  override readonly name = 'GymError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** The message of anything that was thrown. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown))
