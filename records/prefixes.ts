import type { Step } from '../core/data/types.ts'
import type { EpisodeStart } from '../core/rollout/log.ts'
import type { RecordedTrajectory, Run } from './reader.ts'

/** The steps that forks of a run share with their parents, as rescored: parents first. */
export class SharedPrefixes {
  readonly #startOrder = new Map<string, number>()
  readonly #parents = new Set<string>()
  readonly #children = new Set<string>()
  /** Every step from the reset on, of those that others were forked from. */
  readonly #whole = new Map<string, readonly Step[]>()

  constructor(run: Run) {
    for (const entry of run.entries()) {
      if (entry.type !== 'episode') continue
      const { trajectoryId, parentId } = entry.start
      this.#startOrder.set(trajectoryId, this.#startOrder.size)
      if (parentId === undefined) continue
      this.#parents.add(parentId)
      this.#children.add(trajectoryId)
    }
  }

  /** Whether a trajectory shares steps with another. */
  isShared({ start: { trajectoryId } }: RecordedTrajectory): boolean {
    return this.#parents.has(trajectoryId) || this.#children.has(trajectoryId)
  }

  /** In the order of their starts: a parent starts before its forks. */
  inOrder(all: readonly RecordedTrajectory[]): readonly RecordedTrajectory[] {
    const orderOf = ({ start }: RecordedTrajectory): number => this.#startOrder.get(start.trajectoryId) ?? 0
    return all.toSorted((one, other) => orderOf(one) - orderOf(other))
  }

  /** The judged steps before the first of a fork. */
  of({ parentId, past }: EpisodeStart): readonly Step[] {
    return parentId === undefined ? [] : (this.#whole.get(parentId) ?? []).slice(0, past.length)
  }

  keep({ start, trajectory }: RecordedTrajectory): void {
    if (this.#parents.has(start.trajectoryId))
      this.#whole.set(start.trajectoryId, [...this.of(start), ...trajectory.steps])
  }
}
