import { randomUUID } from 'node:crypto'
import { GymError } from '../../../core/data/errors.ts'
import { canonicalJson } from '../../../core/data/hash.ts'
import type { Limits } from '../../limits.ts'
import type { ByteBudget, Holder } from '../../transport/byte-budget.ts'
import type { CallRequest } from './request.ts'

/** What a session does for a call. */
export interface Calling {
  /** Makes it, in its turn. @returns Its result, as JSON. */
  readonly make: (call: Call) => Promise<string>
  /** A client has the whole result. */
  readonly onArrival: (call: Call) => void
}

/** A call of a tool: it is made once, however often its client asks for the result. */
export class Call {
  readonly id = randomUUID()
  readonly result: Promise<string>
  readonly #request: string
  readonly #onArrival: (call: Call) => void
  #readers = 0
  #hasArrived = false

  constructor(request: CallRequest, { make, onArrival }: Calling) {
    this.#request = canonicalJson(request)
    this.#onArrival = onArrival
    this.result = make(this)
    // A failure is seen by what reads the result, which may be nothing yet.
    this.result.catch(() => {})
  }

  /** Whether its client has left without the result. */
  get isLost(): boolean {
    return this.#readers === 0 && !this.#hasArrived
  }

  isFor(request: CallRequest): boolean {
    return this.#request === canonicalJson(request)
  }

  /** A client reads the result. @returns To be called when it has stopped, with whether it has all of it. */
  read(): (hasArrived: boolean) => void {
    this.#readers++
    return (hasArrived) => {
      this.#readers--
      if (!hasArrived) return
      this.#hasArrived = true
      this.#onArrival(this)
    }
  }
}

/**
 * The latest calls of a session, whose results its client can ask for again. As many are kept as `storedReplies` says,
 * and those of all sessions together have at most the bytes of a budget; the newest is kept in any case.
 */
export class Calls implements Holder {
  readonly #limits: Pick<Limits, 'maxInFlight' | 'storedReplies'>
  readonly #budget: ByteBudget
  /** With the bytes of each result; undefined while it is awaited. */
  readonly #calls = new Map<Call, number | undefined>()
  #newest: Call | null = null
  #bytes = 0

  constructor(limits: Pick<Limits, 'maxInFlight' | 'storedReplies'>, budget: ByteBudget) {
    this.#limits = limits
    this.#budget = budget
    budget.add(this)
  }

  get bytes(): number {
    return this.#bytes
  }

  get newest(): Call | null {
    return this.#newest
  }

  find(id: string): Call | null {
    for (const call of this.#calls.keys()) if (call.id === id) return call
    return null
  }

  /** @throws GymError CAPACITY_REACHED */
  add(request: CallRequest, calling: Calling): Call {
    this.#expectRoom()
    const call = new Call(request, calling)
    this.#calls.set(call, undefined)
    this.#newest = call
    call.result.then(
      (result) => this.#settled(call, Buffer.byteLength(result)),
      () => this.#settled(call, 0),
    )
    return call
  }

  giveWay(): void {
    this.#drop(0)
  }

  close(): void {
    this.#budget.remove(this)
  }

  #expectRoom(): void {
    const { maxInFlight } = this.#limits
    const inProgress = [...this.#calls.values()].filter((bytes) => bytes === undefined).length
    if (inProgress < maxInFlight) return
    throw new GymError('CAPACITY_REACHED', `${maxInFlight} calls of this session are in progress (maxInFlight)`)
  }

  #settled(call: Call, bytes: number): void {
    this.#calls.set(call, bytes)
    this.#resize(bytes)
    this.#drop(this.#limits.storedReplies)
    this.#budget.settle()
  }

  /** Drops the oldest results beyond a number of calls. */
  #drop(most: number): void {
    for (const [call, bytes] of [...this.#calls]) {
      if (this.#calls.size <= most) return
      if (bytes === undefined || call === this.#newest) continue
      this.#calls.delete(call)
      this.#resize(-bytes)
    }
  }

  #resize(bytes: number): void {
    this.#bytes += bytes
    this.#budget.resized(this, bytes)
  }
}
