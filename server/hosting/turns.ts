/** Milliseconds of such work in one turn of the event loop. */
const TURN_MS = 20

/**
 * Order of requests that consist of many parts (slots of a vector, members of a group, listings of tasks): the parts of
 * one turn of the event loop take `TURN_MS` together, and one more part, so that no frame keeps other clients waiting.
 * A part that continues later is the last of its turn, since what it does then is not measured. The parts of one client
 * run in their order; clients take turns.
 */
export class Turns {
  readonly #waiting = new Map<object, Line>()
  readonly #now: () => number
  /** Time at which the work of this turn of the event loop is over; null where there was none yet. */
  #endsAt: number | null = null

  /** @param now clock in milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Whether parts of a client wait: what it asks for next must wait behind them. */
  isWaiting(client: object): boolean {
    return this.#waiting.has(client)
  }

  /**
   * Does a part of a client's request: at once where there is time and nothing of the client waits, else in its turn.
   * Parts that a part asks for come before those that wait already.
   */
  run<T>(client: object, part: () => T | Promise<T>): T | Promise<T> {
    const line = this.#waiting.get(client)
    if (!line && this.#hasTime()) return this.#measured(part())
    return new Promise<T>((resolve, reject) => {
      const start = settling(() => this.#measured(part()), resolve, reject)
      if (line) line.add(start)
      else this.#waiting.set(client, new Line(start))
    })
  }

  #hasTime(): boolean {
    const now = this.#now()
    this.#endsAt ??= this.#begin(now)
    return now < this.#endsAt
  }

  #measured<T>(result: T | Promise<T>): T | Promise<T> {
    if (result instanceof Promise) this.#endsAt = Number.NEGATIVE_INFINITY
    return result
  }

  #begin(now: number): number {
    setImmediate(() => this.#next())
    return now + TURN_MS
  }

  #next(): void {
    this.#endsAt = null
    while (this.#waiting.size > 0 && this.#hasTime()) this.#startOne()
  }

  /** The first part of the client that waits longest; the client's others wait behind all clients. */
  #startOne(): void {
    for (const [client, line] of this.#waiting) {
      this.#waiting.delete(client)
      if (line.length > 1) this.#waiting.set(client, line)
      line.start()
      return
    }
  }
}

/** Starts a part. Never throws. */
type Start = () => void

function settling<T>(
  part: () => T | Promise<T>,
  resolve: (value: T | Promise<T>) => void,
  reject: (reason: unknown) => void,
): Start {
  return () => {
    try {
      resolve(part())
    } catch (thrown) {
      reject(thrown)
    }
  }
}

/** Parts of one client that wait. */
class Line {
  readonly #starts: Start[]
  /** Parts that the running one has asked for, which come first; null while none runs. */
  #inner: number | null = null

  constructor(first: Start) {
    this.#starts = [first]
  }

  get length(): number {
    return this.#starts.length
  }

  add(start: Start): void {
    if (this.#inner === null) this.#starts.push(start)
    else this.#starts.splice(this.#inner++, 0, start)
  }

  start(): void {
    const start = this.#starts.shift()
    this.#inner = 0
    start?.()
    this.#inner = null
  }
}

/** Turns of this process, which has one event loop. */
export const turns = new Turns()
