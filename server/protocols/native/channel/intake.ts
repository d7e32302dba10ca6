import type { Limits } from '../../../limits.ts'

/** What an intake serves. */
export interface IntakeHost {
  /** Does not throw. */
  take(text: string): void
  /** Stops reading frames, or starts again. */
  hold(isHolding: boolean): void
}

export type IntakeLimits = Pick<Limits, 'maxInFlight' | 'inFlightBytes'>

/** Takes frames in order as far as there is room, and has the socket read no further while some are left. */
export class Intake {
  /** False while no further frame may be taken, whatever is in progress: too many replies wait to be sent. */
  hasRoom = true
  readonly #host: IntakeHost
  readonly #limits: IntakeLimits
  /** Frames that came when there was no room for them. */
  readonly #queue: string[] = []
  #inFlight = 0
  #inFlightCharacters = 0
  #isTaking = false
  #isHolding = false

  constructor(host: IntakeHost, limits: IntakeLimits) {
    this.#host = host
    this.#limits = limits
  }

  receive(text: string): void {
    this.#queue.push(text)
    this.take()
  }

  /** A request of this length in characters is in progress, and is not answered immediately. */
  enter(characters: number): void {
    this.#inFlight++
    this.#inFlightCharacters += characters
  }

  exit(characters: number): void {
    this.#inFlight--
    this.#inFlightCharacters -= characters
    if (this.#queue.length > 0) this.take()
  }

  /** Applies the reading state to a socket that replaced the last one. */
  changeSocket(): void {
    this.#isHolding = this.#queue.length === 0
    this.take()
  }

  take(): void {
    if (this.#isTaking) return
    this.#isTaking = true
    try {
      for (let text = this.#next(); text !== undefined; text = this.#next()) this.#host.take(text)
    } finally {
      this.#isTaking = false
    }
    const isHolding = this.#queue.length > 0
    if (isHolding === this.#isHolding) return
    this.#isHolding = isHolding
    this.#host.hold(isHolding)
  }

  clear(): void {
    this.#queue.length = 0
  }

  #next(): string | undefined {
    if (this.#queue.length === 0) return undefined
    const { maxInFlight, inFlightBytes } = this.#limits
    const isFull = this.#inFlight >= maxInFlight || this.#inFlightCharacters >= inFlightBytes
    return isFull || !this.hasRoom ? undefined : this.#queue.shift()
  }
}
