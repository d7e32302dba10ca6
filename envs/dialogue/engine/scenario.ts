import type { Rng } from '../../../core/data/rng.ts'
import type { Dimension } from '../rules/social.ts'

/** What changes in a person: numbers by name, and what has happened, in alphabetical order, so that equal minds are equal states. */
export interface Mind {
  readonly numbers: Readonly<Record<string, number>>
  readonly done: readonly string[]
}

/** What a person answers to a message. */
export interface Reply {
  readonly mind: Mind
  readonly says: string
  /** False where the message is of no kind that the scenario knows. */
  readonly isUnderstood: boolean
  /** Why the conversation ends with it; left out while it continues. */
  readonly ending?: string
}

/**
 * A kind of conversation with one simulated person. A profile is what a task hides, a mind what changes; a reply follows from
 * both and the message alone.
 */
export interface Scenario<Profile> {
  readonly id: `dialogue-${string}@${number}`
  readonly summary: string
  /** Turns of a conversation at most. */
  turnsOf(difficulty: number): number
  draw(rng: Rng, difficulty: number): Profile
  /** What the agent is asked to do. */
  instruction(profile: Profile): string
  start(profile: Profile): { readonly mind: Mind; readonly says: string }
  /** Messages that the person understands, one of each kind: what an agent without language can say. */
  messages(profile: Profile, mind: Mind): readonly string[]
  hear(profile: Profile, mind: Mind, message: string): Reply
  /** Lines about what the conversation has shown so far, in an order of their own. */
  findings(profile: Profile, mind: Mind): readonly string[]
  /** How well the conversation has gone, from 0 to 1. */
  score(profile: Profile, mind: Mind): number
  /** Scores in SOTOPIA's dimensions that follow from the numbers. */
  dimensions(profile: Profile, mind: Mind): Readonly<Partial<Record<Dimension, number>>>
  /** The next message on a shortest way to the best score. */
  best(profile: Profile, mind: Mind): string
}

export const numberOf = ({ numbers }: Mind, name: string): number => numbers[name] ?? 0

export const hasHappened = ({ done }: Mind, event: string): boolean => done.includes(event)

/** A mind in which one more thing has happened. */
export const after = (mind: Mind, event: string): Mind =>
  hasHappened(mind, event) ? mind : { ...mind, done: [...mind.done, event].toSorted() }

/** A mind with other numbers. */
export const withNumbers = (mind: Mind, numbers: Readonly<Record<string, number>>): Mind => ({
  ...mind,
  numbers: { ...mind.numbers, ...numbers },
})

/** A number with a bound on both sides. */
export const within = (least: number, greatest: number, value: number): number =>
  Math.max(least, Math.min(greatest, value))

/** Whether a message contains one of the words or phrases; all in lower case. */
export const mentions = (message: string, phrases: readonly string[]): boolean =>
  phrases.some((phrase) => message.includes(phrase))
