import type { JsonObject } from '../../core/data/types.ts'
import type { Outcome, Shown } from './frames.ts'
import type { OpenEnvSession } from './session.ts'

export const BUILT_IN_SCHEMA: JsonObject = {
  type: 'object',
  properties: { message: { type: 'string', description: 'a whole number' } },
  required: ['message'],
}

/** Steps that an episode takes at most. */
const STEPS = 5

/** A counter to be brought to a sum, so that the environment can be tried and checked without a server. */
export class BuiltInSession implements OpenEnvSession {
  #goal = 0
  #sum = 0
  #left = 0

  async reset({ seed = 0 }: JsonObject): Promise<Shown> {
    this.#goal = 3 + (Number(seed) % 5)
    this.#sum = 0
    this.#left = STEPS
    return this.#shown(`add numbers up to ${this.#goal}`)
  }

  async step({ message: text }: JsonObject): Promise<Outcome> {
    const number = Number(text)
    if (typeof text !== 'string' || text.trim() === '' || !Number.isInteger(number))
      return { kind: 'refused', problem: 'message: a whole number as text' }
    this.#sum += number
    this.#left--
    return this.#shown(`the sum is ${this.#sum}`)
  }

  close(): void {}

  #shown(text: string): Shown {
    const isDone = this.#sum === this.#goal || this.#left === 0
    return { kind: 'shown', observation: { text }, reward: this.#sum === this.#goal ? 1 : 0, done: isDone }
  }
}
