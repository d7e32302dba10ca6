import type { Rng } from '../../../core/data/rng.ts'

/** Something a user knows and says when asked for it. */
export interface Fact {
  /** Lower case words one of which the agent's message must contain for the user to say it. */
  readonly words: readonly string[]
  readonly says: string
  /** Said in its place when it is asked for first: the user has to be asked again. Left out where it does not hesitate. */
  readonly refusal?: string
}

/** A scripted user: says what it wants, answers questions with the facts it knows, confirms, and ends the talk. */
export interface Persona {
  readonly opening: string
  readonly facts: readonly Fact[]
  /** Said in place of the first confirmation: the user has changed its mind. Left out where it does not. */
  readonly secondThought?: string
  /** What it knows after it has changed its mind, in the order of `facts`. @default the same */
  readonly laterFacts?: readonly Fact[]
  /** What it refuses, however often it is asked: passwords, offers that it does not want. */
  readonly refuses?: readonly Fact[]
  /** Agent messages without anything that the user understands, after which it gives up. */
  readonly patience: number
}

/** What has been said so far. */
export interface UserState {
  /** Positions of the facts that the user has said. */
  readonly revealed: readonly number[]
  readonly hasChangedMind: boolean
  /** Positions of the facts that the user has refused to say once. */
  readonly refused: readonly number[]
  /** Messages in a row that the user did not understand. */
  readonly puzzled: number
  /** Everything that a user played by a language model has said; left out for a scripted one. */
  readonly replies?: readonly string[]
}

export interface UserReply {
  readonly text: string
  readonly state: UserState
  /** Whether the user ends the conversation. */
  readonly isOver: boolean
}

/** Token by which a user ends the conversation, as in tau-bench. */
export const STOP = '###STOP###'

export const startUser = (): UserState => ({ revealed: [], hasChangedMind: false, refused: [], puzzled: 0 })

const CONFIRM = /\b(confirm|proceed|shall i|should i|yes\/no|is that (right|correct|ok|okay))\b/
const DONE = /\b(anything else|all set|is done|are done|have been|has been|completed|you'?re welcome)\b/

/**
 * Answers of a deterministic user. It says facts it is asked for, once or again, some of them only when asked twice;
 * refuses what it never does; confirms what must be confirmed, unless it changes its mind first; ends the talk when the agent says that it is done; and gives up on an agent that it
 * does not understand.
 */
export function reply(persona: Persona, state: UserState, message: string, rng: Rng): UserReply {
  const text = message.toLowerCase()
  const refusal = persona.refuses?.find(({ words }) => words.some((word) => text.includes(word)))
  if (refusal && !DONE.test(text)) return { text: refusal.says, state: { ...state, puzzled: 0 }, isOver: false }
  const asked = factsOf(persona, state).flatMap(({ words }, at) =>
    words.some((word) => text.includes(word)) ? [at] : [],
  )
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

const factsOf = ({ facts, laterFacts = facts }: Persona, { hasChangedMind }: UserState): readonly Fact[] =>
  hasChangedMind ? laterFacts : facts

function answered(persona: Persona, state: UserState, asked: readonly number[]): UserReply {
  const facts = factsOf(persona, state)
  const isRefused = (at: number): boolean => facts[at]?.refusal !== undefined && !state.refused.includes(at)
  const says = asked.map((at) => (isRefused(at) ? facts[at]?.refusal : facts[at]?.says) ?? '').join(' ')
  const refused = sorted([...state.refused, ...asked.filter(isRefused)])
  const revealed = sorted([...state.revealed, ...asked.filter((at) => !isRefused(at))])
  return { text: says, state: { ...state, revealed, refused, puzzled: 0 }, isOver: false }
}

const sorted = (positions: readonly number[]): readonly number[] => [...new Set(positions)].toSorted((a, b) => a - b)

function confirmed({ secondThought }: Persona, state: UserState): UserReply {
  if (secondThought === undefined || state.hasChangedMind)
    return { text: 'Yes, please go ahead.', state: { ...state, puzzled: 0 }, isOver: false }
  return { text: secondThought, state: { ...state, hasChangedMind: true, puzzled: 0 }, isOver: false }
}
