import type { Json } from '../../core/data/types.ts'
import type { Outcome, Shown, Spaces } from './answers.ts'
import type { GymnasiumSession, ResetRequest, StepRequest } from './session.ts'

const ACTIONS = 3
const GOAL = 4
/** Steps after which it truncates by itself. */
const STEPS = 20

export const BUILT_IN_SPACES: Spaces = {
  action: { type: 'integer', minimum: 0, maximum: ACTIONS - 1, description: 'an integer from 0 to 2' },
  observation: { type: 'array', items: { type: 'integer' }, description: '[place, goal]' },
}

/** A walk along a line to a goal, so that the environment can be tried and checked without Python: 0 is back, 2 is on. */
export class BuiltInSession implements GymnasiumSession {
  readonly spaces = BUILT_IN_SPACES
  #goal = 0
  #place = 0
  #left = 0

  async reset({ seed }: ResetRequest): Promise<Shown> {
    this.#goal = 1 + (seed % GOAL)
    this.#place = 0
    this.#left = STEPS
    return this.#shown()
  }

  async step({ action: given }: StepRequest): Promise<Outcome> {
    const action = wholeNumber(given)
    if (action === null || action < 0 || action >= ACTIONS)
      return { refused: `the action is not ${BUILT_IN_SPACES.action.description}` }
    this.#place += action - 1
    this.#left--
    const terminated = this.#place === this.#goal
    return { ...this.#shown(), reward: Number(terminated), terminated, truncated: !terminated && this.#left === 0 }
  }

  async close(): Promise<void> {}

  #shown(): Shown {
    const discrete = { start: 0, n: ACTIONS }
    return { observation: [this.#place, this.#goal], rendering: null, discrete, mask: null, info: {} }
  }
}

function wholeNumber(given: Json): number | null {
  const number = typeof given === 'string' && given.trim() !== '' ? Number(given) : given
  return typeof number === 'number' && Number.isInteger(number) ? number : null
}
