import type { Step } from '../../core/data/types.ts'
import type { Scoring, StepOwner } from './scoring.ts'

/** Steps of one episode, and which of them all process hooks have judged. */
export class ScoredSteps implements StepOwner {
  readonly group: StepOwner['group']
  readonly #scoring: Scoring
  readonly #scored: Step[] = []
  #unscored = 0
  #onScored: (() => void) | null = null

  /** @param group without one, judged steps are not kept */
  constructor(scoring: Scoring, group: StepOwner['group']) {
    this.#scoring = scoring
    this.group = group
  }

  /** Those that are judged, with the rewards of process hooks, in order; empty without a group. */
  get steps(): readonly Step[] {
    return this.#scored
  }

  /** @returns A promise where process hooks have no room for the step yet. */
  add(step: Step): Promise<void> | undefined {
    this.#unscored++
    return this.#scoring.add(step, this)
  }

  /** Adds steps that the record has: those that process hooks had not judged are judged now. */
  addRecorded(steps: readonly Step[]): void {
    const unjudged = new Set(this.#scoring.unjudged(steps))
    this.#unscored += unjudged.size
    for (const step of steps) {
      if (unjudged.has(step)) void this.#scoring.add(step, this)
      else if (this.group) this.#scored.push(step)
    }
  }

  scored(step: Step): void {
    this.#unscored--
    if (this.group) this.#scored.push(step)
    if (this.#unscored > 0) return
    this.#onScored?.()
    this.#onScored = null
  }

  /** When every step so far has been judged by every process hook. */
  all(): Promise<void> {
    if (this.#unscored === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const before = this.#onScored
      this.#onScored = () => {
        before?.()
        resolve()
      }
    })
  }
}
