import { Drafts } from './draft.ts'
import type { Entry } from './entries.ts'
import { assemble, type RecordedTrajectory, recorded } from './reader.ts'

/** All trajectories of a run from one pass over its lines, for readers that hold all of them in the end. */
export class CollectedTrajectories {
  readonly #drafts = new Drafts()
  readonly #startTags = new Map<string, string>()
  /** Those that have ended, in the order of what came for them last. */
  readonly #complete = new Set<string>()

  /** Takes the next line of the run. */
  take(entry: Entry): void {
    for (const id of new Set(assemble(this.#drafts, entry))) this.#touched(id)
    if (entry.type !== 'group') return
    const { trajectoryIds, abortedIds, startTag } = entry.group
    for (const id of [...trajectoryIds, ...abortedIds]) this.#startTags.set(id, startTag)
  }

  /** Trajectories that have ended so far. */
  get count(): number {
    return this.#complete.size
  }

  /** As `Run.trajectories`, in the same order, as far as lines were taken. */
  all(): readonly RecordedTrajectory[] {
    const complete = [...this.#complete].flatMap((id) => this.#drafts.find(id) ?? [])
    const others = this.#drafts.rest().filter(({ start }) => !this.#complete.has(start.trajectoryId))
    return [...complete, ...others].map((draft) =>
      recorded(draft, this.#startTags.get(draft.start.trajectoryId) ?? null),
    )
  }

  #touched(id: string): void {
    if (!this.#drafts.find(id)?.isFinished) return
    this.#complete.delete(id)
    this.#complete.add(id)
  }
}
