import type { Branch } from '../branch.ts'
import { returnOf } from '../values.ts'

interface Visit {
  readonly index: number
  readonly total: number
}

/**
 * States that were met. What can follow depends on the state and the steps that are left alone, so that one which is
 * met again, no earlier and with no higher return, leads to nothing better.
 */
export class Visited {
  readonly #byState = new Map<string, Visit[]>()

  /** Whether the last state of a branch was met as early and with as high a return; else it counts as met now. */
  isNoBetter({ path, index }: Branch): boolean {
    const state = path.at(-1)?.nextAnchors.state
    if (state === undefined) return false
    const total = returnOf(path) ?? 0
    const visits = this.#byState.get(state) ?? []
    if (visits.some((visit) => visit.index <= index && visit.total >= total)) return true
    this.#byState.set(state, [...visits, { index, total }])
    return false
  }
}
