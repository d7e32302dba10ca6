import type { RunLog } from '../../../core/rollout/log.ts'
import type { TrainingMonitors } from '../../../rewards/monitors/training-monitors.ts'

/** A log that has monitors watch every group that closes, before another log that may be there. */
export const watchingLog = (log: RunLog | null, monitors: TrainingMonitors): RunLog => ({
  episodeStarted: (start) => log?.episodeStarted(start),
  stepTaken: (step) => log?.stepTaken(step),
  episodeEnded: (trajectory) => log?.episodeEnded(trajectory),
  rewardsArrived: (rewards) => log?.rewardsArrived(rewards),
  groupClosed(group) {
    monitors.add(group)
    log?.groupClosed(group)
  },
})

/** Sentences of monitors that were not beyond their thresholds when they were last asked. */
export class FreshSentences {
  readonly #monitors: TrainingMonitors
  #known: ReadonlySet<string> = new Set()

  constructor(monitors: TrainingMonitors) {
    this.#monitors = monitors
  }

  next(): readonly string[] {
    const beyond = this.#monitors.readings().filter(({ sentence }) => sentence !== null)
    const fresh = beyond.filter(({ monitor, signal }) => !this.#known.has(`${monitor} ${signal}`))
    this.#known = new Set(beyond.map(({ monitor, signal }) => `${monitor} ${signal}`))
    return fresh.flatMap(({ sentence }) => sentence ?? [])
  }
}
