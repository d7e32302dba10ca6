import type { JsonObject } from '../../../core/data/types.ts'
import type { ServedEpisode } from '../../hosting/served-episode.ts'
import { resetFacts } from './replies.ts'

/** Episodes before the present one whose facts are kept until the client knows them; beyond that the oldest go. */
const MAX_EARLIER = 64

/** What happened to a client's episodes that no observation has yet shown it. */
export class UnseenResults {
  readonly #seesSeed: boolean
  #superseded: number[] = []
  #served: ServedEpisode | null = null
  #knowsStart = true
  #knowsEnd = false
  #earlier: JsonObject[] = []

  /** @param seesSeed whether the client may know seeds */
  constructor(seesSeed: boolean) {
    this.#seesSeed = seesSeed
  }

  /** Whether the client knows that its episode has ended. */
  get knowsEnd(): boolean {
    return this.#knowsEnd
  }

  /** Another episode has started, and the one before has ended. */
  begin(served: ServedEpisode, isOwnEnd: boolean): void {
    if (this.#served && this.#isUnseen(isOwnEnd)) this.#earlier.push(this.#closing(this.#served))
    this.#earlier = this.#earlier.slice(-MAX_EARLIER)
    this.#served = served
    this.#superseded = []
    this.#knowsStart = false
    this.#knowsEnd = false
  }

  /** The reply to a step did not reach the client. */
  step(index: number): void {
    this.#superseded.push(index)
  }

  /** An observation reached the client, with everything that was unseen. */
  observed(): void {
    this.#knowsStart = true
    this.#knowsEnd = this.#served?.hasEnded ?? false
    if (this.#superseded.length > 0) this.#superseded = []
    if (this.#earlier.length > 0) this.#earlier = []
  }

  /** The fields of an observation. @param isReset whether it shows the start itself */
  observation(isReset: boolean): JsonObject | null {
    if (this.#superseded.length === 0 && this.#earlier.length === 0 && (isReset || this.#knowsStart)) return null
    return {
      ...(this.#superseded.length > 0 && { superseded: this.#superseded }),
      ...(!(isReset || this.#knowsStart) && this.#served && { reset: resetFacts(this.#served, this.#seesSeed) }),
      ...(this.#earlier.length > 0 && { earlier: this.#earlier }),
    }
  }

  /** The fields of any other reply, which has no place for the end; null where the client knows everything. */
  other(): JsonObject | null {
    const observation = this.observation(false)
    const ended = this.#served?.hasEnded && !this.#knowsEnd ? endOf(this.#served) : null
    return observation || ended ? { ...observation, ...ended } : null
  }

  #isUnseen(isOwnEnd: boolean): boolean {
    return !this.#knowsStart || this.#superseded.length > 0 || !(isOwnEnd || this.#knowsEnd)
  }

  #closing(served: ServedEpisode): JsonObject {
    return { episode_id: served.id, superseded: this.#superseded, ...endOf(served) }
  }
}

const endOf = (served: ServedEpisode) => {
  const { ending, endingReason } = served.runner.episode
  return { ending, ending_reason: endingReason }
}
