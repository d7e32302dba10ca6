import { expectWhole } from '../../core/episode/settings.ts'

/** What Monte Carlo may cost; what is left out is unlimited. */
export interface BudgetLimits {
  /** Environment steps of play-outs, and of driving an outside session to their start. A whole number from 1. */
  readonly steps?: number
  /** Play-outs, each a fork of its own. A whole number from 1. */
  readonly forks?: number
}

/**
 * Counts environment steps and forks. It is asked before each play-out, and a play-out that has started is played to
 * its end: one that was ended early would have no return, and leaving out the long ones would bias the rest.
 */
export class Budget {
  readonly #limits: BudgetLimits
  #steps = 0
  #forks = 0

  /**
   * @throws GymError CONFIG_INVALID for a limit that is not a whole number from 1: nothing can be estimated from nothing.
   */
  constructor(limits: BudgetLimits = {}) {
    expectWhole('the budget of environment steps', limits.steps, 1, Number.MAX_SAFE_INTEGER)
    expectWhole('the budget of forks', limits.forks, 1, Number.MAX_SAFE_INTEGER)
    this.#limits = limits
  }

  get limits(): BudgetLimits {
    return this.#limits
  }

  get spent(): Required<BudgetLimits> {
    return { steps: this.#steps, forks: this.#forks }
  }

  get isSpent(): boolean {
    const { steps = Number.POSITIVE_INFINITY, forks = Number.POSITIVE_INFINITY } = this.#limits
    return this.#steps >= steps || this.#forks >= forks
  }

  /** Counts one fork and the environment steps it took. */
  countFork(steps: number): void {
    this.#steps += steps
    this.#forks++
  }
}
