import { chain, type MaybePromise } from '../../../core/data/maybe-promise.ts'
import { SOCIAL_LIMITS } from '../rules/social.ts'
import type { TurnAction } from './action.ts'
import type { Mind, Reply } from './scenario.ts'

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

/**
 * The agent's turn and the answer to it. It ends as SOTOPIA's conversations do, by leave or idleness, or as the person decides.
 * @param hear answers to words
 */
export function takeTurn(
  before: Conversation,
  { type, words }: TurnAction,
  hear: (words: string) => MaybePromise<Reply>,
): MaybePromise<TakenTurn> {
  const next = { ...before, turn: before.turn + 1, idle: 0 }
  if (type === 'leave') return { state: { ...next, ending: 'you left' }, isActionValid: true }
  if (type === 'none') return { state: idled(next, before.idle + 1), isActionValid: true }
  return chain(hear(words), ({ mind, says, isUnderstood, ending = null }) => ({
    state: { ...next, mind, said: says, ending },
    isActionValid: isUnderstood,
  }))
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
