import type { Group, JsonObject, Step } from '../../../core/data/types.ts'
import { Branches } from '../../../core/rollout/branches.ts'
import { returnOf } from '../../../core/sampling/values.ts'

/** Results of one method over the tasks. Returns are sums of the environment's rewards, from the reset on. */
export interface MethodReport {
  readonly method: string
  readonly options: JsonObject
  /** Folder of its run; null where it has none. */
  readonly run: string | null
  readonly tasks: number
  /** Mean over tasks of the return of the episode that it chose; a task without one counts as null, and `without` counts it. */
  readonly chosen: number | null
  readonly without: number
  /** Mean over tasks of the highest return of a finished episode. */
  readonly best: number | null
  /** Mean over all finished episodes. */
  readonly mean: number | null
  /** Episodes that ended by themselves, or at a limit of their task. */
  readonly finished: number
  /** Environment steps, each counted once. */
  readonly steps: number
}

/** Adds up the groups of one method. */
export class SearchTally {
  readonly #method: string
  readonly #options: JsonObject
  #tasks = 0
  #steps = 0
  readonly #chosen: number[] = []
  readonly #best: number[] = []
  readonly #finished: number[] = []

  constructor(method: string, options: JsonObject) {
    this.#method = method
    this.#options = options
  }

  add({ trajectories, aborted, sampling }: Group): void {
    const branches = new Branches([...trajectories, ...aborted])
    const returns = new Map<string, number>()
    for (const each of trajectories) {
      const path = branches.stepsOf(each)
      const value = isFinished(path) ? returnOf(path) : null
      if (value !== null) returns.set(each.id, value)
    }
    const chosen = returns.get(sampling?.chosenId ?? '')
    this.#tasks++
    this.#steps += sampling?.steps ?? 0
    if (chosen !== undefined) this.#chosen.push(chosen)
    if (returns.size > 0) this.#best.push(Math.max(...returns.values()))
    this.#finished.push(...returns.values())
  }

  report(run: string | null): MethodReport {
    return {
      ...{ method: this.#method, options: this.#options, run, tasks: this.#tasks },
      chosen: meanOf(this.#chosen),
      without: this.#tasks - this.#chosen.length,
      best: meanOf(this.#best),
      mean: meanOf(this.#finished),
      finished: this.#finished.length,
      steps: this.#steps,
    }
  }
}

const isFinished = (path: readonly Step[]): boolean => {
  const last = path.at(-1)
  return last !== undefined && (last.terminated || last.truncated)
}

const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
