import { GymError } from '../../core/data/errors.ts'
import { Rng } from '../../core/data/rng.ts'

/** One outcome of a function's random draws, with its result. */
export interface Outcome<T> {
  /** Above 0; those of all outcomes sum to 1. */
  readonly probability: number
  readonly value: T
}

/** More ways than this are not small world. */
const MOST_OUTCOMES = 4096

/**
 * Runs a function once for every way in which its discrete draws (`chance`, `int`, `choice`) can fall, so that the
 * code which samples is also the model: there is no second definition to disagree with it.
 * @throws GymError NOT_ENUMERABLE for `float` and `shuffle`, and for more than 4,096 outcomes; NOT_DETERMINISTIC where
 *   equal draws were followed by other draws.
 */
export function everyOutcome<T>(run: (rng: Rng) => T): readonly Outcome<T>[] {
  const outcomes: Outcome<T>[] = []
  let draws = new FollowedDraws([])
  while (true) {
    const value = run(draws)
    outcomes.push({ probability: draws.probability(), value })
    if (outcomes.length > MOST_OUTCOMES) throw notEnumerable(`a step has more than ${MOST_OUTCOMES} outcomes`)
    const next = draws.nextPath()
    if (next === null) return outcomes
    draws = new FollowedDraws(next)
  }
}

/** One draw among `count` ways. */
interface Fork {
  readonly taken: number
  readonly count: number
  readonly probability: number
}

/** Draws that follow a path as far as it goes, and take the first way from there on. */
class FollowedDraws extends Rng {
  readonly #path: readonly Fork[]
  readonly #forks: Fork[] = []

  constructor(path: readonly Fork[]) {
    super({ word0: 0, word1: 0 }, 0)
    this.#path = path
  }

  override chance(probability: number): boolean {
    if (!(probability > 0)) return false
    if (probability >= 1) return true
    return this.#draw(2, (way) => (way === 0 ? probability : 1 - probability)) === 0
  }

  override int(low: number, high: number): number {
    const count = high - low + 1
    if (!(Number.isSafeInteger(low) && Number.isSafeInteger(high) && count >= 1)) return super.int(low, high)
    if (count > MOST_OUTCOMES) throw notEnumerable(`a draw from ${low} to ${high} has ${count} outcomes`)
    return low + (count === 1 ? 0 : this.#draw(count, () => 1 / count))
  }

  override float(): number {
    throw notEnumerable('it draws real numbers: use rng.chance, rng.int or rng.choice')
  }

  probability(): number {
    return this.#forks.reduce((product, { probability }) => product * probability, 1)
  }

  /** The path to the next outcome in order, null after the last. */
  nextPath(): readonly Fork[] | null {
    const at = this.#forks.findLastIndex(({ taken, count }) => taken + 1 < count)
    const turn = this.#forks[at]
    return turn === undefined ? null : [...this.#forks.slice(0, at), { ...turn, taken: turn.taken + 1 }]
  }

  #draw(count: number, probabilityOf: (way: number) => number): number {
    const followed = this.#path[this.#forks.length]
    if (followed !== undefined && followed.count !== count)
      throw new GymError(
        'NOT_DETERMINISTIC',
        `after equal draws it drew from ${count} ways, then from ${followed.count}`,
      )
    const taken = followed?.taken ?? 0
    this.#forks.push({ taken, count, probability: probabilityOf(taken) })
    return taken
  }
}

/** Says why, and what works instead. */
export const notEnumerable = (message: string): GymError =>
  new GymError(
    'NOT_ENUMERABLE',
    `${message}; record a run of it and find the values of its steps by forks: stepgym eval values RUN`,
  )
