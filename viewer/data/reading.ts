import { setImmediate as soon } from 'node:timers/promises'
import { CollectedTrajectories } from '../../records/collected.ts'
import { ReadingPlace } from '../../records/entries.ts'
import type { RecordedTrajectory, Run } from '../../records/index.ts'

/** Milliseconds of reading after which others have their turn. */
const TURN_MS = 25

/** Called now and then with the number of ended episodes that are read. */
export type OnEpisodes = (count: number) => void

/** A run that is read line by line, each line once: what was written since is read from there on. */
export class RunReading {
  #place = new ReadingPlace()
  #collected = new CollectedTrajectories()
  #run: string | null = null
  #seq = 0

  /** Lines that are read. */
  get seq(): number {
    return this.#seq
  }

  /**
   * All trajectories of a run as it is now, read in turns with whatever else the thread does.
   * @throws GymError RECORD_CORRUPT, RECORD_FAILED
   */
  async read(run: Run, onEpisodes: OnEpisodes): Promise<readonly RecordedTrajectory[]> {
    if (this.#run !== run.manifest.id) this.#begin(run)
    let turn = performance.now()
    for (const entry of run.entriesFrom(this.#place)) {
      this.#collected.take(entry)
      this.#seq++
      if (performance.now() - turn < TURN_MS) continue
      onEpisodes(this.#collected.count)
      await soon()
      turn = performance.now()
    }
    return this.#collected.all()
  }

  #begin({ manifest }: Run): void {
    this.#run = manifest.id
    this.#place = new ReadingPlace()
    this.#collected = new CollectedTrajectories()
    this.#seq = 0
  }
}
