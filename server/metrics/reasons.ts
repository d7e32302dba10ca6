import { ERROR_CODES } from '../../core/data/errors.ts'

/** What the kernel, the host and the dialects say of an episode that ended before its rules or its steps ended it. */
const REASONS: ReadonlySet<string> = new Set([
  ...Object.keys(ERROR_CODES),
  'a member could not be started',
  'agentMs',
  'another fork of its frame could not be started',
  'another member could not be started',
  'cancelled',
  'closed',
  'closed by its client',
  'episodeMs',
  'group deadline',
  'idle',
  'maxSteps',
  'not finished',
  'reset before its end',
  'the client left',
  'the connection failed',
  'the connection was lost',
  'the log failed',
  'the server stops',
  'tokens',
])

/** A reason as a label: one of a closed set, since what comes after a colon may be anybody's text. */
export function reasonLabel(reason: string | null): string {
  const [kind = ''] = (reason ?? 'none').split(':')
  if (reason === null) return kind
  return REASONS.has(kind) ? kind : 'other'
}
