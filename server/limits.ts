import type { ErrorCode } from '../core/data/errors.ts'
import { GymError } from '../core/data/errors.ts'
import type { Role } from '../core/protocol/index.ts'

/** A bound on what clients may ask of a server, and what happens beyond it. */
export interface Limit {
  readonly default: number
  readonly unit: 'bytes' | 'characters' | 'ms' | 'count'
  readonly meaning: string
  /** Code of the error, or the reason of the episode's end; null where no client sees it. */
  readonly code: ErrorCode | null
  /** Status that the socket is closed with; null where the session continues. */
  readonly close: number | null
}

/** Every limit there is. The wire's documentation holds the same table; a test compares them. */
export const LIMITS = {
  frameBytesIn: limit(4 * 2 ** 20, 'bytes', 'of one frame or body from a client', 'FRAME_TOO_LARGE', 1009),
  frameBytesOut: limit(16 * 2 ** 20, 'bytes', 'of one reply; its step stands', 'FRAME_TOO_LARGE', null),
  agentFrameBytesIn: limit(
    2 ** 20,
    'bytes',
    'of one frame or body from a client that is no trainer',
    'FRAME_TOO_LARGE',
    1009,
  ),
  frameDepth: limit(100, 'count', 'of objects and lists within each other in a frame', 'FRAME_INVALID', null),
  frameMembers: limit(
    2 ** 20,
    'count',
    'of list items and object fields in a frame, at all depths together',
    'FRAME_INVALID',
    null,
  ),
  agentFrameMembers: limit(
    2 ** 16,
    'count',
    'of list items and object fields in a frame from a client that is no trainer',
    'FRAME_INVALID',
    null,
  ),
  numberDigits: limit(1000, 'count', 'of digits of an integer in a frame', 'FRAME_INVALID', null),
  bufferedBytes: limit(2 ** 20, 'bytes', 'sent and not yet taken by a slow reader; its frames wait unread', null, null),
  sessions: limit(4096, 'count', 'of sockets that are served at once', 'CAPACITY_REACHED', 1000),
  waitingSessions: limit(1024, 'count', 'of sockets that wait for their turn', 'CAPACITY_REACHED', 1000),
  waitMs: limit(30_000, 'ms', 'a socket waits for its turn', 'CAPACITY_REACHED', 1000),
  episodes: limit(16_384, 'count', 'of episodes that go on at once', 'CAPACITY_REACHED', null),
  tokenSessions: limit(3072, 'count', 'of sessions of one token, or of all clients without', 'CAPACITY_REACHED', 1000),
  addressSessions: limit(3072, 'count', 'of sessions from one address', 'CAPACITY_REACHED', 1000),
  sessionEpisodes: limit(4096, 'count', 'of open episodes of one session', 'CAPACITY_REACHED', null),
  tokenEpisodes: limit(
    12_288,
    'count',
    'of open episodes of one token, or of all clients without',
    'CAPACITY_REACHED',
    null,
  ),
  addressEpisodes: limit(12_288, 'count', 'of open episodes from one address', 'CAPACITY_REACHED', null),
  idleMs: limit(1_800_000, 'ms', 'without a frame from a client; its episodes are aborted', 'SESSION_IDLE', 1001),
  heartbeatMs: limit(30_000, 'ms', 'between pings; a socket that left one unanswered is cut off', null, null),
  stallMs: limit(60_000, 'ms', 'in which a slow reader takes no frame; then its socket is cut off', null, null),
  episodeMs: limit(7_200_000, 'ms', 'of an episode, which is truncated', null, null),
  stepMs: limit(45_000, 'ms', 'of a reset or step, without its hooks', 'ENV_TIMEOUT', null),
  hookMs: limit(10_000, 'ms', 'that the turn and outcome hooks of one step may take together', 'HOOK_INVALID', null),
  actionCharacters: limit(
    65_536,
    'characters',
    'of an action as JSON; the step is taken and says so',
    'ACTION_TOO_LARGE',
    null,
  ),
  stateBytes: limit(8 * 2 ** 20, 'bytes', 'of a state that is tagged or handed over, as JSON', 'STATE_TOO_LARGE', null),
  groupMembers: limit(1024, 'count', 'of members of a group', 'GROUP_INVALID', null),
  openGroups: limit(4096, 'count', 'of groups of an environment that have not closed', 'CAPACITY_REACHED', null),
  groupMs: limit(
    1_800_000,
    'ms',
    'from the first member of a group to its end; then stragglers are truncated',
    null,
    null,
  ),
  maxInFlight: limit(
    64,
    'count',
    'of requests of a session without a reply; its further frames wait unread',
    null,
    null,
  ),
  inFlightBytes: limit(
    2 ** 21,
    'bytes',
    'of requests of a session without a reply; its further frames wait unread',
    null,
    null,
  ),
  storedReplies: limit(64, 'count', 'of replies that are kept until they are acknowledged', 'SESSION_UNKNOWN', null),
  storedBytes: limit(
    2 ** 24,
    'bytes',
    'of replies kept for a session after they were sent; then the first are forgotten; as many may wait unsent',
    'SESSION_UNKNOWN',
    null,
  ),
  unacknowledgedBytes: limit(
    2 ** 14,
    'bytes',
    'of replies that are kept for a client that acknowledged none of its last `storedReplies`',
    'SESSION_UNKNOWN',
    null,
  ),
  storedBytesInAll: limit(
    2 ** 28,
    'bytes',
    'of replies and events that are kept for all sessions; then the session that holds most gives way',
    'CAPACITY_REACHED',
    1000,
  ),
  queuedEvents: limit(1024, 'count', 'of events that are kept for a session; then the oldest are dropped', null, null),
  resumeMs: limit(
    60_000,
    'ms',
    'a session lives without a socket; then its episodes are aborted',
    'SESSION_UNKNOWN',
    null,
  ),
  snapshots: limit(
    1024,
    'count',
    'of snapshots kept for a session; then the one unused longest is let go',
    'SNAPSHOT_UNKNOWN',
    null,
  ),
  vectors: limit(64, 'count', 'of vectors of a session', 'CAPACITY_REACHED', null),
  vectorSlots: limit(1024, 'count', 'of slots of a vector', 'FRAME_INVALID', null),
  vectorFrameCharacters: limit(
    65_536,
    'characters',
    'that fill a frame about slots; one with more holds one slot',
    null,
    null,
  ),
  unscoredSteps: limit(4096, 'count', 'of steps that wait for a process hook; then replies wait too', null, null),
  stopMs: limit(10_000, 'ms', 'that a stopping server waits for late rewards and groups', null, null),
  taskPage: limit(1000, 'count', 'of tasks in one listing', null, null),
} as const

export type LimitName = keyof typeof LIMITS
/** A value for every limit. */
export type Limits = Readonly<Record<LimitName, number>>

/** Below this, a client of OpenEnv has not given up on its reply. */
const OPENENV_PATIENCE_MS = 60_000

/** @throws GymError CONFIG_INVALID for a limit that is none, or that lets a reply take longer than OpenEnv waits. */
export function limitsOf(chosen: Partial<Limits> = {}): Limits {
  const limits = { ...DEFAULTS, ...chosen }
  for (const [name, value] of Object.entries(limits)) {
    if (!Object.hasOwn(LIMITS, name)) throw invalid(`there is no limit ${name}: there are ${NAMES.join(', ')}`)
    if (!Number.isSafeInteger(value) || value < 1) throw invalid(`limit ${name} is a whole number from 1, not ${value}`)
  }
  const { stepMs, hookMs, waitMs } = limits
  if (stepMs + hookMs >= OPENENV_PATIENCE_MS || waitMs >= OPENENV_PATIENCE_MS)
    throw invalid('stepMs + hookMs, and waitMs, stay below the 60 s that clients of OpenEnv wait for a reply')
  if (limits.storedReplies < limits.maxInFlight)
    throw invalid('storedReplies is at least maxInFlight, so that no reply is forgotten before it is sent')
  return limits
}

/** What holds for clients of a role: their frames have limits of their own unless they are trainers. */
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
