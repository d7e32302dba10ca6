import type { Group } from '../../../core/data/types.ts'
import { Branches } from '../../../core/rollout/branches.ts'
import { returnOf } from '../../../core/sampling/values.ts'

/** Results of sampling over the groups of a run. Returns are sums of the environment's rewards, from the reset on. */
export interface SamplingSummary {
  readonly mode: string
  /** Trajectories, aborted ones included. */
  readonly branches: number
  /** Environment steps, each counted once. */
  readonly steps: number
  /** Groups that ended for lack of budget. */
  readonly spent: number
  /** Means over groups: of the best branch, of all, and of the chosen one; null if there is none. */
  readonly best: number | null
  readonly mean: number | null
  readonly chosen: number | null
}

/** Adds up groups that were sampled as trees. */
export class TreeTally {
  #mode: string | null = null
  #branches = 0
  #steps = 0
  #spent = 0
  readonly #best: number[] = []
  readonly #mean: number[] = []
  readonly #chosen: number[] = []

  add({ trajectories, aborted, sampling }: Group): void {
    if (!sampling) return
    this.#mode = sampling.mode
    this.#branches += trajectories.length + aborted.length
    this.#steps += sampling.steps
    if (sampling.budget !== null && sampling.steps >= sampling.budget) this.#spent++
    const branches = new Branches([...trajectories, ...aborted])
    const returns = new Map(trajectories.map((each) => [each.id, returnOf(branches.stepsOf(each))]))
    const judged = [...returns.values()].filter((value) => value !== null)
    const chosen = sampling.chosenId === null ? null : (returns.get(sampling.chosenId) ?? null)
    if (chosen !== null) this.#chosen.push(chosen)
    if (judged.length === 0) return
    this.#best.push(judged.reduce((most, value) => Math.max(most, value)))
    this.#mean.push(meanOf(judged) ?? 0)
  }

  /** Null where no group was sampled as a tree. */
  summary(): SamplingSummary | null {
    if (this.#mode === null) return null
    const counts = { mode: this.#mode, branches: this.#branches, steps: this.#steps, spent: this.#spent }
    return { ...counts, best: meanOf(this.#best), mean: meanOf(this.#mean), chosen: meanOf(this.#chosen) }
  }
}

const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
