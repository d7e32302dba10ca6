import { SOCIAL_LIMITS } from '../rules/social.ts'
import type { TurnAction } from './action.ts'
import type { Mind, Scenario } from './scenario.ts'

/** A conversation so far, without its words: what follows depends on nothing else. */
export interface Conversation {
  readonly task: number
  /** Turns of the agent. */
  readonly turn: number
  /** Turns in a row in which it did nothing. */
  readonly idle: number
  readonly mind: Mind
  /** What the person said last. */
  readonly said: string
  /** Why it is over; null while it continues. */
  readonly ending: string | null
}

interface TakenTurn {
  readonly state: Conversation
  readonly isActionValid: boolean
}

/** The agent's turn and the answer to it. It ends as SOTOPIA's conversations do, by leave or idleness, or as the person decides. */
export function takeTurn<Profile>(
  scenario: Scenario<Profile>,
  profile: Profile,
  before: Conversation,
  { type, words }: TurnAction,
): TakenTurn {
  const next = { ...before, turn: before.turn + 1, idle: 0 }
  if (type === 'leave') return { state: { ...next, ending: 'you left' }, isActionValid: true }
  if (type === 'none') return { state: idled(next, before.idle + 1), isActionValid: true }
  const { mind, says, isUnderstood, ending = null } = scenario.hear(profile, before.mind, words)
  return { state: { ...next, mind, said: says, ending }, isActionValid: isUnderstood }
}

const idled = (next: Conversation, idle: number): Conversation => ({
  ...next,
  idle,
  said: '(waits)',
  ending: idle > SOCIAL_LIMITS.maxStaleTurns ? 'nothing was said for too long' : null,
})

/** A sentence about the end; null while the conversation continues. */
export const ended = ({ ending, said }: Conversation): string | null =>
  ending === null ? null : `They said: ${said}\nThe conversation is over: ${ending}.`
