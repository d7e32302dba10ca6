/** Messages in the order of their arrival, each taken once. */
export class Messages {
  #arrived: Uint8Array[] = []
  /** Those before it were taken: to move the rest for each would take long where there are many. */
  #first = 0
  readonly #waiting: ((message: Uint8Array | null) => void)[] = []
  #hasEnded = false

  add(message: Uint8Array): void {
    const next = this.#waiting.shift()
    if (next) next(message)
    else this.#arrived.push(message)
  }

  /** No more messages: what waits for one gets null. */
  end(): void {
    this.#hasEnded = true
    for (const next of this.#waiting.splice(0)) next(null)
  }

  /** Next message; null after the last. */
  next(): Promise<Uint8Array | null> {
    const message = this.#arrived[this.#first]
    if (message === undefined)
      return this.#hasEnded ? Promise.resolve(null) : new Promise((resolve) => this.#waiting.push(resolve))
    this.#first++
    if (this.#first * 2 > this.#arrived.length) this.#forgetTaken()
    return Promise.resolve(message)
  }

  #forgetTaken(): void {
    this.#arrived = this.#arrived.slice(this.#first)
    this.#first = 0
  }
}

/** A time limit for what another process sends. What arrived in time is read first, however busy this process was. */
export class TimeLimit {
  readonly #timer: NodeJS.Timeout
  #last: NodeJS.Immediate | undefined

  constructor(ms: number, lapse: () => void) {
    this.#timer = setTimeout(() => {
      // Timers run before reads: one round of reads comes between.
      this.#last = setImmediate(lapse)
    }, ms)
  }

  clear(): void {
    clearTimeout(this.#timer)
    clearImmediate(this.#last)
  }
}
