/** Why something cannot be used any more, and a promise that is rejected with it. */
export class Failure {
  readonly promise: Promise<never>
  #reason: string | null = null
  #reject: (thrown: Error) => void = () => {}

  constructor() {
    this.promise = new Promise<never>((_, reject) => {
      this.#reject = reject
    })
    // Where nothing waits for it, its rejection is not a fault.
    this.promise.catch(() => {})
  }

  /** Null while all is well. */
  get reason(): string | null {
    return this.#reason
  }

  /** The first reason counts. */
  fail(reason: string): void {
    if (this.#reason !== null) return
    this.#reason = reason
    this.#reject(new Error(reason))
  }
}
