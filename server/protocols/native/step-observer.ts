import { GymError } from '../../../core/data/errors.ts'
import { type Opening, opening } from '../../hosting/bounded-queue.ts'
import type { StepTaken } from '../../hosting/events.ts'
import type { Feed } from '../../stream/feed.ts'

/** Who is shown what others do. */
export interface StepObserverTarget {
  /** Begins to keep steps for it. */
  observe(): Feed
  /** Whether a frame would go out at once. */
  keepsUp(): boolean
  /** @param missed steps that it was not shown since the last. @throws GymError FRAME_TOO_LARGE, and nothing is shown. */
  show(taken: StepTaken, missed: number): void
  failed(error: unknown): void
}

/**
 * Shows steps to a watcher at its own pace: what waits for it waits in the feed, where the oldest are lost and counted,
 * and is not even written.
 */
export class StepObserver {
  readonly #watcher: StepObserverTarget
  /** Null while it does not observe. */
  #feed: Feed | null = null
  #catchingUp: Opening | null = null

  constructor(watcher: StepObserverTarget) {
    this.#watcher = watcher
  }

  /** Starts or stops observing. */
  enable(isOn: boolean): void {
    if (isOn === (this.#feed !== null)) return
    this.#feed?.close()
    this.#feed = isOn ? this.#watcher.observe() : null
    this.caughtUp()
    if (this.#feed) this.#show(this.#feed).catch((error: unknown) => this.#watcher.failed(error))
  }

  /** The watcher may keep up again. */
  caughtUp(): void {
    this.#catchingUp?.open()
    this.#catchingUp = null
  }

  async #show(feed: Feed): Promise<void> {
    let unshown = 0
    for (;;) {
      await this.#room(feed)
      const { done, value } = await feed.next()
      if (done) return
      const { event, missed } = value
      unshown += missed
      if (event.kind === 'step-taken' && this.#isShown(event, unshown)) unshown = 0
      else unshown++
    }
  }

  async #room(feed: Feed): Promise<void> {
    while (!this.#watcher.keepsUp() && this.#feed === feed) {
      this.#catchingUp ??= opening()
      await this.#catchingUp.promise
    }
  }

  /** A step that no frame can hold counts as missed. */
  #isShown(taken: StepTaken, missed: number): boolean {
    try {
      this.#watcher.show(taken, missed)
      return true
    } catch (thrown) {
      if (thrown instanceof GymError && thrown.code === 'FRAME_TOO_LARGE') return false
      throw thrown
    }
  }
}
