import { cut } from './shown.ts'

/** Codes of a `GymError`, each with its meaning in one sentence; docs/errors.md has the same table. */
export const ERROR_CODES = {
  ACTION_INVALID: 'an action cannot be read; the step is taken and says so',
  ACTION_TOO_LARGE: 'an action is longer than the limit; the step is taken and says so',
  ADDRESS_TAKEN: 'the address to listen on is in use, or listening on it is not permitted',
  AGENT_FAILED: 'an agent threw, or returned something that is not an action',
  AGENT_INVALID: 'an agent does not keep its contract',
  AGENT_UNKNOWN: 'no agent has this name',
  BATCH_INVALID: 'a batch of steps has a value, a row or a column that cannot be used; the message names it',
  BROWSER_UNAVAILABLE: 'no browser runs on this machine; the message says what to install',
  BUS_UNAVAILABLE:
    'the message bus cannot be used: no connection, a version that is too old, or a package that is missing',
  CAPACITY_REACHED: 'the server has as many sessions or episodes as it allows: try again later',
  CATALOGUE_INVALID: 'a catalogue file is missing, incomplete, or not in the schema of its kind',
  CONFIG_INVALID: 'an option, flag or configuration file cannot be used as it is',
  CONNECTION_LOST: 'no connection to the server: it refused, is not running, or the connection broke for good',
  DEVICE_UNAVAILABLE: 'the device that models should run on is missing, or computes wrongly',
  EFFECT_FAILED: 'an effect that a step depends on failed',
  ENV_ASYNC: 'an environment of kind sync returned a promise',
  ENV_FAILED: 'the environment threw',
  ENV_INVALID: 'an environment does not keep its contract',
  ENV_TIMEOUT: 'a reset or step took longer than its limit',
  ENV_UNKNOWN: 'no environment has this id',
  EPISODE_ABORTED: 'the episode was cancelled or broke down',
  EPISODE_BUSY: 'a step was requested while another is in progress',
  EPISODE_ENDED: 'a step was requested after the episode ended',
  EPISODE_NEEDED: 'a request needs an episode: reset first',
  EPISODE_UNKNOWN: 'no running episode has this id',
  ESTIMATOR_INVALID: 'an advantage estimator does not keep its contract',
  ESTIMATOR_UNKNOWN: 'no advantage estimator has this name',
  EVIDENCE_INVALID: 'the evidence of an action has a field that cannot be used; the step is not taken',
  FORBIDDEN: 'the role of this token does not permit this request',
  FORK_UNSUPPORTED: 'this environment cannot be forked',
  FRAME_INVALID: 'a frame is not a valid message: not JSON, not an object, too deep, or with a field of the wrong kind',
  FRAME_TOO_LARGE: 'a frame is longer than the limit',
  FRAME_UNKNOWN: 'the protocol has no frame of this type',
  GROUP_INVALID:
    'an episode does not fit its group: another task, seed, size or start, an occupied place, or a closed group',
  HOOK_INVALID: 'a reward hook does not keep its contract',
  HOOK_UNKNOWN: 'no reward hook or recipe has this name',
  MODEL_FAILED:
    'a model fails: its endpoint refuses or does not answer, it answers with what cannot be used, or the device cannot run it',
  MODEL_INVALID: 'a model cannot be used: its file, graph, weights or inputs; the message says which',
  NOT_DETERMINISTIC: 'the same step of an environment led from one state to several, without a draw from its rng',
  NOT_ENUMERABLE: 'the states of an environment cannot be listed: too many, asynchronous, or drawn from real numbers',
  ORIGIN_FOREIGN: 'a request comes from a web page, or for a host, that this server does not serve',
  RECORD_CORRUPT: 'a run folder is damaged in a way that repair does not cover',
  RECORD_FAILED: 'a run could not be written: nothing more is acknowledged',
  RECORD_FOREIGN: 'a folder is not a run folder, or another version or environment wrote it',
  REPLAY_DIVERGED: 'the same actions had another result than the record',
  REPLY_LATE: 'the server did not answer in time; it may have executed the request',
  REQUEST_CONFLICT: 'a request has the id, or names the step or episode, of an earlier request with other content',
  SANDBOX_BUSY: 'the sandbox had no room for a program in time: the program did not run',
  SANDBOX_FAILED: 'the sandbox broke while a program ran, which says nothing about the program',
  SANDBOX_INVALID: 'a program, its files or its limits cannot be given to a sandbox',
  SANDBOX_UNAVAILABLE: 'no sandbox runs on this machine; the message says what is missing',
  SEED_INVALID: 'a seed is not an integer from 0 to 2^64 - 1, or lost digits in transit',
  SERVER_STOPPING: 'the server is stopping: connect again later',
  SESSION_FENCED: 'another socket has taken over this session',
  SESSION_IDLE: 'a session sent nothing for too long',
  SESSION_UNKNOWN: 'the session to resume has ended, never existed, or no longer has the frames that its client missed',
  SHARD_LOST: 'another server has this shard, or none has it yet: ask again where it is',
  SIGNAL_MISSING: 'an estimator or recipe needs a signal or column that was not recorded, or a value that is null',
  SNAPSHOT_FOREIGN: 'a snapshot belongs to another environment, version or catalogue',
  SNAPSHOT_UNKNOWN: 'no snapshot has this handle: it was discarded, or belongs to another session',
  STATE_NOT_PLAIN: 'a state holds something that JSON cannot represent',
  STATE_TOO_LARGE: 'a state is longer than the limit',
  TASK_UNKNOWN: 'the environment has no such task or split',
  UNAUTHORIZED: 'a token is missing or wrong',
} as const

/** Code of a `GymError`. */
export type ErrorCode = keyof typeof ERROR_CODES

/** Most characters of a message, so that none repeats megabytes of input. */
const LONGEST_MESSAGE = 4000

/** Error class of stepgym: a code from a closed set, and a message that says what is wrong and what to do. */
export class GymError extends Error {
  override readonly name = 'GymError'
  readonly code: ErrorCode

  /** @param message Cut after 4000 characters. */
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(cut(message, LONGEST_MESSAGE), options)
    this.code = code
  }
}

/** Message of any thrown value, cut after 4000 characters. Never throws. */
export function messageOf(thrown: unknown): string {
  try {
    return cut(String(thrown instanceof Error ? thrown.message : thrown), LONGEST_MESSAGE)
  } catch {
    return 'something that has no text'
  }
}

/** Reason of an ending, for records and clients: code and message; of what could not be recorded, no file is named. */
export function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof GymError)) return messageOf(thrown)
  const { code, message } = thrown
  return `${code}: ${NAMING_FILES.includes(code) ? ERROR_CODES[code] : message}`
}

const NAMING_FILES: readonly ErrorCode[] = ['RECORD_CORRUPT', 'RECORD_FAILED', 'RECORD_FOREIGN']
