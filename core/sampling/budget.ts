import { GymError } from '../data/errors.ts'

/** Why a branch ended for which no environment step was left. */
export const OUT_OF_BUDGET = 'budget'

/** Budget of environment steps for one group, over all its branches. Each step counts once, when it is taken. */
export class Budget {
  readonly limit: number | null
  #taken = 0
  #claimed = 0

  /** @param limit Steps, a whole number from 1; null for any number. @throws GymError CONFIG_INVALID */
  constructor(limit: number | null) {
    if (limit !== null && !(Number.isSafeInteger(limit) && limit >= 1))
      throw new GymError('CONFIG_INVALID', `a budget is a whole number of environment steps from 1, not ${limit}`)
    this.limit = limit
  }

  get taken(): number {
    return this.#taken
  }

  /** Infinity where there is no limit. */
  get left(): number {
    return this.limit === null ? Number.POSITIVE_INFINITY : this.limit - this.#taken - this.#claimed
  }

  /** Sets a step aside, which is then taken or given back; false where none is left. */
  claim(): boolean {
    if (this.left < 1) return false
    this.#claimed++
    return true
  }

  settle(wasTaken: boolean): void {
    this.#claimed--
    if (wasTaken) this.#taken++
  }
}
