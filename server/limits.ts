import type { ErrorCode } from '../core/data/errors.ts'
import { GymError } from '../core/data/errors.ts'
import type { Role } from '../core/protocol/index.ts'

/** Bound on what clients may request of a server, and what happens beyond it. */
export interface Limit {
  readonly default: number
  readonly unit: 'bytes' | 'characters' | 'ms' | 'count'
  readonly meaning: string
  /** Code of the error, or the reason of the episode's end; null where no client sees it. */
  readonly code: ErrorCode | null
  /** Status that the socket is closed with; null where the session continues. */
  readonly close: number | null
}

/** All limits. docs/wire.md has the same table; a test compares them. */
export const LIMITS = {
  frameBytesIn: limit(4 * 2 ** 20, 'bytes', 'size of one frame or HTTP body from a client', 'FRAME_TOO_LARGE', 1009),
  frameBytesOut: limit(
    16 * 2 ** 20,
    'bytes',
    'size of one reply; a step whose reply is larger is still taken',
    'FRAME_TOO_LARGE',
    null,
  ),
  agentFrameBytesIn: limit(
    2 ** 20,
    'bytes',
    'size of one frame or HTTP body from an agent or observer',
    'FRAME_TOO_LARGE',
    1009,
  ),
  frameDepth: limit(100, 'count', 'nesting of objects and lists in a frame', 'FRAME_INVALID', null),
  frameMembers: limit(
    2 ** 20,
    'count',
    'list items and object fields in a frame, at all depths together',
    'FRAME_INVALID',
    null,
  ),
  agentFrameMembers: limit(
    2 ** 16,
    'count',
    'list items and object fields in a frame from an agent or observer',
    'FRAME_INVALID',
    null,
  ),
  frameFields: limit(2 ** 17, 'count', 'object fields in a frame, at all depths together', 'FRAME_INVALID', null),
  numberDigits: limit(1000, 'count', 'digits of an integer in a frame', 'FRAME_INVALID', null),
  bufferedBytes: limit(
    2 ** 20,
    'bytes',
    'data that a slow reader has not received; meanwhile its own frames are not read',
    null,
    null,
  ),
  unfinishedBytesInAll: limit(
    2 ** 28,
    'bytes',
    'size of the frames and bodies that clients are still sending; beyond it the client with most is cut off',
    null,
    null,
  ),
  sessions: limit(4096, 'count', 'sockets that are served at the same time', 'CAPACITY_REACHED', 1000),
  waitingSessions: limit(1024, 'count', 'sockets that wait for a free session', 'CAPACITY_REACHED', 1000),
  waitMs: limit(30_000, 'ms', 'time that a socket waits for a free session', 'CAPACITY_REACHED', 1000),
  episodes: limit(16_384, 'count', 'running episodes', 'CAPACITY_REACHED', null),
  tokenSessions: limit(
    3072,
    'count',
    'sessions of one token, or of all clients without a token',
    'CAPACITY_REACHED',
    1000,
  ),
  addressSessions: limit(3072, 'count', 'sessions from one address', 'CAPACITY_REACHED', 1000),
  sessionEpisodes: limit(4096, 'count', 'running episodes of one session', 'CAPACITY_REACHED', null),
  tokenEpisodes: limit(
    12_288,
    'count',
    'running episodes of one token, or of all clients without a token',
    'CAPACITY_REACHED',
    null,
  ),
  addressEpisodes: limit(12_288, 'count', 'running episodes from one address', 'CAPACITY_REACHED', null),
  idleMs: limit(
    1_800_000,
    'ms',
    'time without a frame from a client; then its episodes are aborted',
    'SESSION_IDLE',
    1001,
  ),
  heartbeatMs: limit(30_000, 'ms', 'time between pings; a socket that leaves one unanswered is closed', null, null),
  stallMs: limit(60_000, 'ms', 'time in which a slow reader receives no frame; then its socket is closed', null, null),
  episodeMs: limit(7_200_000, 'ms', 'duration of an episode; then it is truncated', null, null),
  stepMs: limit(45_000, 'ms', 'duration of a reset or step, without its hooks', 'ENV_TIMEOUT', null),
  hookMs: limit(10_000, 'ms', 'duration of all turn and outcome hooks of one step together', 'HOOK_INVALID', null),
  actionCharacters: limit(
    65_536,
    'characters',
    'length of an action as JSON; a longer action is invalid, and its step is taken',
    'ACTION_TOO_LARGE',
    null,
  ),
  stateBytes: limit(
    8 * 2 ** 20,
    'bytes',
    'size of a start state or a sealed snapshot, as JSON',
    'STATE_TOO_LARGE',
    null,
  ),
  groupMembers: limit(1024, 'count', 'members of a group', 'GROUP_INVALID', null),
  openGroups: limit(4096, 'count', 'groups of one environment that have not closed', 'CAPACITY_REACHED', null),
  groupMs: limit(
    1_800_000,
    'ms',
    'time from the first member of a group to its deadline; then running members are truncated',
    null,
    null,
  ),
  maxInFlight: limit(
    64,
    'count',
    'unanswered requests of a session; beyond it, further frames are not read',
    null,
    null,
  ),
  inFlightBytes: limit(
    2 ** 21,
    'bytes',
    'size of the unanswered requests of a session; beyond it, further frames are not read',
    null,
    null,
  ),
  storedReplies: limit(
    64,
    'count',
    'replies of a session that are kept until they are acknowledged',
    'SESSION_UNKNOWN',
    null,
  ),
  storedBytes: limit(
    2 ** 24,
    'bytes',
    'size of the sent replies kept for a session; beyond it the oldest are discarded; unsent replies may use as much again',
    'SESSION_UNKNOWN',
    null,
  ),
  unacknowledgedBytes: limit(
    2 ** 14,
    'bytes',
    'size of the replies kept for a client that acknowledged none of its last `storedReplies`',
    'SESSION_UNKNOWN',
    null,
  ),
  storedBytesInAll: limit(
    2 ** 28,
    'bytes',
    'size of the replies and events kept for all sessions; beyond it the session that uses most loses them, or is closed',
    'CAPACITY_REACHED',
    1000,
  ),
  queuedEvents: limit(1024, 'count', 'events kept for a session; beyond it the oldest are dropped', null, null),
  resumeMs: limit(
    60_000,
    'ms',
    'time that a session is kept without a socket; then its episodes are aborted',
    'SESSION_UNKNOWN',
    null,
  ),
  snapshots: limit(
    1024,
    'count',
    'snapshots kept for a session; beyond it the least recently used is discarded',
    'SNAPSHOT_UNKNOWN',
    null,
  ),
  snapshotBytes: limit(
    2 ** 26,
    'bytes',
    'size of the snapshots kept for a session, as JSON; beyond it the least recently used is discarded',
    'SNAPSHOT_UNKNOWN',
    null,
  ),
  snapshotBytesInAll: limit(
    2 ** 28,
    'bytes',
    'size of the snapshots kept for all sessions; beyond it the session that uses most loses its least recently used',
    'SNAPSHOT_UNKNOWN',
    null,
  ),
  vectors: limit(64, 'count', 'vectors of a session', 'CAPACITY_REACHED', null),
  vectorSlots: limit(1024, 'count', 'slots of a vector', 'FRAME_INVALID', null),
  vectorFrameCharacters: limit(
    65_536,
    'characters',
    'length at which a vector frame is full; a slot is never split',
    null,
    null,
  ),
  unscoredSteps: limit(4096, 'count', 'steps that wait for a process hook; beyond it replies wait as well', null, null),
  stopMs: limit(10_000, 'ms', 'time that a stopping server waits for late rewards and groups', null, null),
  taskPage: limit(1000, 'count', 'tasks in one listing', null, null),
} as const

export type LimitName = keyof typeof LIMITS
/** Value of every limit. */
export type Limits = Readonly<Record<LimitName, number>>

/** A timer of Node.js beyond it ends at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Time after which clients of OpenEnv stop waiting for a reply. */
const OPENENV_TIMEOUT_MS = 60_000

/**
 * The default limits with those that were chosen.
 * @throws GymError CONFIG_INVALID for an unknown limit, or a value that lets a reply take longer than OpenEnv waits.
 */
export function limitsOf(chosen: Partial<Limits> = {}): Limits {
  const limits = { ...DEFAULTS, ...chosen }
  for (const [name, value] of Object.entries(limits)) {
    if (!Object.hasOwn(LIMITS, name)) throw invalid(`limit ${name} is unknown: choose from ${NAMES.join(', ')}`)
    if (!Number.isSafeInteger(value) || value < 1)
      throw invalid(`limit ${name} must be a whole number from 1, not ${value}`)
    if (LIMITS[name as LimitName].unit === 'ms' && value > LONGEST_TIMER_MS)
      throw invalid(`limit ${name} is at most ${LONGEST_TIMER_MS} ms (24 days), not ${value}`)
  }
  const { stepMs, hookMs, waitMs } = limits
  if (stepMs + hookMs >= OPENENV_TIMEOUT_MS || waitMs >= OPENENV_TIMEOUT_MS)
    throw invalid(
      'stepMs + hookMs, and waitMs, must each be below 60 s, the time that clients of OpenEnv wait for a reply',
    )
  if (limits.storedReplies < limits.maxInFlight)
    throw invalid('storedReplies must be at least maxInFlight, so that no reply is discarded before it is sent')
  return limits
}

/** Limits for clients of a role: frames from agents and observers have smaller limits. */
export function limitsFor(role: Role, limits: Limits): Limits {
  if (role === 'trainer') return limits
  const { frameBytesIn, agentFrameBytesIn, frameMembers, agentFrameMembers } = limits
  return {
    ...limits,
    frameBytesIn: Math.min(frameBytesIn, agentFrameBytesIn),
    frameMembers: Math.min(frameMembers, agentFrameMembers),
  }
}

const NAMES = Object.keys(LIMITS)
const DEFAULTS = Object.fromEntries(Object.entries(LIMITS).map(([name, each]) => [name, each.default])) as Limits

function limit(
  standard: number,
  unit: Limit['unit'],
  meaning: string,
  code: ErrorCode | null,
  close: number | null,
): Limit {
  return { default: standard, unit, meaning, code, close }
}

const invalid = (message: string): GymError => new GymError('CONFIG_INVALID', message)
