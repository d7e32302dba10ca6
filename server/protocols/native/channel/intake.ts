import { isDeepStrictEqual } from 'node:util'
import { GymError } from '../../../../core/data/errors.ts'
import type { RequestId } from '../../../../core/protocol/index.ts'
import type { WireObject } from '../../../transport/json.ts'

/** What an intake serves. */
export interface IntakeHost {
  /** False while no further frame may be taken, whatever is under way. */
  hasRoom(): boolean
  /** Does not throw. */
  take(text: string): void
  /** Stops reading frames, or starts again. */
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

  /** Another socket took the place of the last: it has to be told whether to read. */
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

/** Requests whose replies are due or kept, by which a repeated request is recognised. */
export class Requests {
  readonly #known = new Map<RequestId, WireObject>()

  /**
   * Whether this is a request that came before, word by word but for what it acknowledges.
   * @throws GymError REQUEST_CONFLICT where another came under this id.
   */
  isRepeated(id: RequestId, frame: WireObject): boolean {
    const before = this.#known.get(id)
    if (before === undefined) return false
    if (isDeepStrictEqual(bodyOf(before), bodyOf(frame))) return true
    const name = JSON.stringify(id)
    throw new GymError('REQUEST_CONFLICT', `the id ${name} is of another request, whose reply is not acknowledged yet`)
  }

  remember(id: RequestId, frame: WireObject): void {
    this.#known.set(id, frame)
  }

  forget(id: RequestId): void {
    this.#known.delete(id)
  }
}

const bodyOf = ({ ack: _, ...body }: WireObject): WireObject => body
