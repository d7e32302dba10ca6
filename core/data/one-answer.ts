interface Waiting<T> {
  readonly timer: ReturnType<typeof setTimeout>
  readonly resolve: (answer: T) => void
  readonly reject: (error: Error) => void
}

/** The answer to the one request in progress, of a peer whose answers do not say which request they belong to. */
export class OneAnswer<T> {
  #waiting: Waiting<T> | null = null

  get isAwaited(): boolean {
    return this.#waiting !== null
  }

  /**
   * Waits for the answer.
   * @param late called where it does not come in time: the peer is lost, since its answer could be read as that of a later request.
   *   It calls `fail`.
   */
  within(ms: number, late: () => void): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting = { timer: setTimeout(late, ms), resolve, reject }
    })
  }

  /** Ends the wait with an answer; false where none is waited for. */
  give(answer: T): boolean {
    const waiting = this.#ended()
    waiting?.resolve(answer)
    return waiting !== null
  }

  /** Ends the wait without one, if one is waited for. */
  fail(error: Error): void {
    this.#ended()?.reject(error)
  }

  #ended(): Waiting<T> | null {
    const waiting = this.#waiting
    this.#waiting = null
    clearTimeout(waiting?.timer)
    return waiting
  }
}
