import type { Rng } from '../../../core/data/rng.ts'

/** Something a user knows and says when asked for it. */
export interface Fact {
  /** Lower case words one of which the agent's message must contain for the user to say it. */
  readonly words: readonly string[]
  readonly says: string
}

/** A scripted user: says what it wants, answers questions with the facts it knows, confirms, and ends the talk. */
export interface Persona {
  readonly opening: string
  readonly facts: readonly Fact[]
  /** Said in place of the first confirmation: the user has changed its mind. Left out where it does not. */
  readonly secondThought?: string
  /** Agent messages without anything that the user understands, after which it gives up. */
  readonly patience: number
}

/** What has been said so far. */
export interface UserState {
  /** Positions of the facts that the user has said. */
  readonly revealed: readonly number[]
  readonly hasChangedMind: boolean
  /** Messages in a row that the user did not understand. */
  readonly puzzled: number
}

export interface UserReply {
  readonly text: string
  readonly state: UserState
  /** Whether the user ends the conversation. */
  readonly isOver: boolean
}

/** Token by which a user ends the conversation, as in tau-bench. */
export const STOP = '###STOP###'

export const startUser = (): UserState => ({ revealed: [], hasChangedMind: false, puzzled: 0 })

const CONFIRM = /\b(confirm|proceed|shall i|should i|yes\/no|is that (right|correct|ok|okay))\b/
const DONE = /\b(anything else|all set|is done|are done|have been|has been|completed|you'?re welcome)\b/

/**
 * Answers of a deterministic user. It says facts it is asked for, once or again; confirms what is to be confirmed,
 * unless it changes its mind first; ends the talk when the agent says that it is done; and gives up on an agent that it
 * does not understand.
 */
export function reply(persona: Persona, state: UserState, message: string, rng: Rng): UserReply {
  const text = message.toLowerCase()
  const asked = persona.facts.flatMap(({ words }, at) => (words.some((word) => text.includes(word)) ? [at] : []))
  if (asked.length > 0 && !DONE.test(text)) return answered(persona, state, asked)
  if (CONFIRM.test(text)) return confirmed(persona, state)
  if (DONE.test(text)) return { text: `${rng.choice(THANKS)} ${STOP}`, state: { ...state, puzzled: 0 }, isOver: true }
  const puzzled = state.puzzled + 1
  if (puzzled >= persona.patience) return { text: `Never mind. ${STOP}`, state: { ...state, puzzled }, isOver: true }
  return {
    text: `I am not sure what you need from me. ${persona.opening}`,
    state: { ...state, puzzled },
    isOver: false,
  }
}

const THANKS = ['Thank you, that is all.', 'Great, thanks.', 'Perfect. Goodbye.'] as const

function answered({ facts }: Persona, state: UserState, asked: readonly number[]): UserReply {
  const revealed = [...new Set([...state.revealed, ...asked])].toSorted((a, b) => a - b)
  const says = asked.map((at) => facts[at]?.says ?? '').join(' ')
  return { text: says, state: { ...state, revealed, puzzled: 0 }, isOver: false }
}

function confirmed({ secondThought }: Persona, state: UserState): UserReply {
  if (secondThought === undefined || state.hasChangedMind)
    return { text: 'Yes, please go ahead.', state: { ...state, puzzled: 0 }, isOver: false }
  return { text: secondThought, state: { ...state, hasChangedMind: true, puzzled: 0 }, isOver: false }
}
