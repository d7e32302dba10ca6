import type { Reward, Step } from '../../core/data/types.ts'
import type { ProcessHook } from '../../core/reward/hook.ts'
import { runProcessHook } from '../../core/reward/run-hooks.ts'

/** A batch of steps for one process hook. */
export interface ScorerJob {
  /** Name of the hook. */
  readonly hook: string
  /** Only a scorer of this version judges it. */
  readonly version: number
  /** At most the hook's `maxBatch`, with the signals of the hooks before it. */
  readonly steps: readonly Step[]
  /** Group of each trajectory, by its id; null for none. */
  readonly groups: ReadonlyMap<string, string | null>
}

/** A scorer at work. */
export interface Work {
  /** Takes no more jobs; kept when those that it has are judged. */
  close(): Promise<void>
}

/**
 * Jobs of process hooks, and those who judge them, here or elsewhere. A job waits until a scorer of its hook and version
 * takes it, and is given to another where that one dies.
 */
export interface ScorerQueue {
  /**
   * Kept when the job is judged, however long that takes.
   * @returns a reward for each step; null with its reason where the hook failed
   */
  submit(job: ScorerJob): Promise<readonly Reward[]>
  /** Judges jobs of a hook, as many at a time as its `inFlight`. */
  work(hook: ProcessHook): Promise<Work>
}

interface Waiting {
  readonly job: ScorerJob
  readonly judged: (rewards: readonly Reward[]) => void
}

/** Jobs of one hook and version. */
interface Line {
  readonly waiting: Waiting[]
  readonly workers: Set<LocalWorker>
}

/** A queue within this process. */
export class LocalScorerQueue implements ScorerQueue {
  readonly #lines = new Map<string, Line>()

  /** @param hooks that judge from the start */
  constructor(hooks: readonly ProcessHook[] = []) {
    for (const hook of hooks) this.#work(hook)
  }

  submit(job: ScorerJob): Promise<readonly Reward[]> {
    const { waiting, workers } = this.#line(job.hook, job.version)
    return new Promise((judged) => {
      waiting.push({ job, judged })
      for (const worker of workers) worker.wake()
    })
  }

  async work(hook: ProcessHook): Promise<Work> {
    return this.#work(hook)
  }

  #work(hook: ProcessHook): LocalWorker {
    const { waiting, workers } = this.#line(hook.name, hook.version)
    const worker = new LocalWorker(hook, waiting, () => workers.delete(worker))
    workers.add(worker)
    worker.wake()
    return worker
  }

  #line(hook: string, version: number): Line {
    const name = `${hook}@${version}`
    const line = this.#lines.get(name) ?? { waiting: [], workers: new Set() }
    this.#lines.set(name, line)
    return line
  }
}

class LocalWorker implements Work {
  readonly #hook: ProcessHook
  readonly #waiting: Waiting[]
  readonly #left: () => void
  readonly #judging = new Set<Promise<void>>()
  #isClosed = false

  constructor(hook: ProcessHook, waiting: Waiting[], left: () => void) {
    this.#hook = hook
    this.#waiting = waiting
    this.#left = left
  }

  wake(): void {
    while (!this.#isClosed && this.#judging.size < (this.#hook.inFlight ?? 1)) {
      const next = this.#waiting.shift()
      if (!next) return
      const judging = this.#judge(next).finally(() => {
        this.#judging.delete(judging)
        this.wake()
      })
      this.#judging.add(judging)
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#left()
    await Promise.all(this.#judging)
  }

  async #judge({ job, judged }: Waiting): Promise<void> {
    judged(await judgeJob(this.#hook, job))
  }
}

/** What a hook says of a job. */
export const judgeJob = (hook: ProcessHook, { steps, groups }: ScorerJob): Promise<readonly Reward[]> =>
  runProcessHook(hook, steps, ({ trajectoryId }) => groups.get(trajectoryId) ?? null)
