import { chain, type MaybePromise } from '../../../core/data/maybe-promise.ts'
import type { Rng } from '../../../core/data/rng.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import type { CallEffect } from '../../../core/episode/effects.ts'
import type { UserModel } from '../../../models/chat/user-model.ts'
import { type Fact, type Persona, STOP, startUser, type UserReply, type UserState } from './user.ts'

/** What a reply may use beside what was said. */
export interface UserContext {
  readonly rng: Rng
  readonly effect: CallEffect
  readonly signal: AbortSignal
}

/** What the agent is taken to have said first, as in tau-bench. */
const GREETING = 'Hi! How can I help you today?'
/** Characters of a reply that an agent sees. */
const MOST_CHARACTERS = 4000

/**
 * A user that a language model plays, with the meaning of tau-bench's user prompt in words of our own. Each reply is an
 * effect: replay and forks read it from the record and need no endpoint. A reply with `###STOP###` ends the talk; one that is
 * too long is cut; an endpoint that fails for good aborts the episode.
 */
export class ModelUser {
  readonly #model: UserModel

  constructor(model: UserModel) {
    this.#model = model
  }

  /** What the user says first. */
  open(persona: Persona, context: UserContext): MaybePromise<UserReply> {
    return this.#next(persona, { ...startUser(), replies: [] }, [GREETING], context)
  }

  /** @param said all messages of the agent, the last one to be answered included */
  reply(persona: Persona, state: UserState, said: readonly string[], context: UserContext): MaybePromise<UserReply> {
    return this.#next(persona, state, [GREETING, ...said], context)
  }

  #next(persona: Persona, state: UserState, said: readonly string[], context: UserContext): MaybePromise<UserReply> {
    const replies = state.replies ?? []
    const messages = conversationOf(persona, said, replies)
    const seed = context.rng.int(0, 2 ** 31 - 1)
    const answer = context.effect('user', { reply: replies.length, to: said.at(-1) ?? '' }, () =>
      this.#ask(messages, seed, context.signal),
    )
    return chain(answer, (text) => ({
      text,
      state: { ...state, replies: [...replies, text] },
      isOver: text.includes(STOP),
    }))
  }

  async #ask(messages: readonly JsonObject[], seed: number, signal: AbortSignal): Promise<string> {
    const text = await this.#model.answer(messages, seed, signal)
    return text === '' ? '(The user says nothing.)' : cutReply(text)
  }
}

/** A flood keeps its end, if it had one. */
function cutReply(text: string): string {
  if (text.length <= MOST_CHARACTERS) return text
  return `${text.slice(0, MOST_CHARACTERS)} (cut here)${text.includes(STOP) ? ` ${STOP}` : ''}`
}

/** The user's side is the assistant's here: the model plays the user, and the agent's messages are put to it. */
function conversationOf(persona: Persona, said: readonly string[], replies: readonly string[]): readonly JsonObject[] {
  const turns = said.flatMap((content, at) => [
    { role: 'user', content },
    ...(replies[at] === undefined ? [] : [{ role: 'assistant', content: replies[at] }]),
  ])
  return [{ role: 'system', content: instructionOf(persona) }, ...turns]
}

const RULES = [
  'You play a customer who talks to a service agent. Stay in this role and write what the customer says, nothing else.',
  'Say one thing at a time: do not tell everything in your first message, but what is needed for the current step.',
  'Use your own words instead of repeating the description below, and keep to the character that it gives you.',
  'Invent nothing: what the description does not say, such as a number or an address, you do not know or do not remember.',
  `When your wishes are fulfilled, or the agent hands you over to someone else, answer with ${STOP} alone. Until then never write it.`,
]

function instructionOf({ opening, facts, secondThought, refuses = [] }: Persona): string {
  const known = facts.map(({ says }: Fact) => `- ${says}`)
  return [
    RULES.join('\n'),
    `What you want:\n${opening}`,
    ...(known.length > 0 ? [`What you know, and say when it is asked for:\n${known.join('\n')}`] : []),
    ...(secondThought ? [`When the agent first asks you to confirm, you change your mind:\n${secondThought}`] : []),
    ...(refuses.length > 0
      ? ['You give no passwords or card numbers, and accept nothing in place of what you want.']
      : []),
  ].join('\n\n')
}
