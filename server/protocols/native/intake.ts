/** What an intake serves. */
export interface IntakeHost {
  /** False while no further frame may be taken, whatever is under way. */
  hasRoom(): boolean
  /** Does not throw. */
  take(text: string): void
  /** Reads no further frames, or goes on reading. */
  hold(isHolding: boolean): void
}

/** Takes frames in order as far as there is room, and has the socket read no further while some are left. */
export class Intake {
  readonly #host: IntakeHost
  readonly #maxInFlight: number
  /** Frames that came when there was no room for them. */
  readonly #queue: string[] = []
  #inFlight = 0
  #isTaking = false
  #isHolding = false

  constructor(host: IntakeHost, maxInFlight: number) {
    this.#host = host
    this.#maxInFlight = maxInFlight
  }

  receive(text: string): void {
    this.#queue.push(text)
    this.take()
  }

  /** A request is under way. */
  enter(): void {
    this.#inFlight++
  }

  exit(): void {
    this.#inFlight--
    if (this.#queue.length > 0) this.take()
  }

  /** Goes on over another socket, whether that is held or not. */
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
    this.#hold(this.#queue.length > 0)
  }

  clear(): void {
    this.#queue.length = 0
  }

  #next(): string | undefined {
    return this.#inFlight < this.#maxInFlight && this.#host.hasRoom() ? this.#queue.shift() : undefined
  }

  #hold(isHolding: boolean): void {
    if (isHolding === this.#isHolding) return
    this.#isHolding = isHolding
    this.#host.hold(isHolding)
  }
}
