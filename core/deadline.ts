/** Why a race was lost: time ran out, or the caller gave up. */
export class Lapsed extends Error {
  override readonly name = 'Lapsed'
}

/**
 * A time limit for one call. Controller and timer are made only when asked for, so that a synchronous call pays for
 * neither.
 */
export class Deadline {
  readonly #timeoutMs: number
  readonly #outer: AbortSignal | undefined
  #controller: AbortController | undefined

  constructor(timeoutMs: number, outer?: AbortSignal) {
    this.#timeoutMs = timeoutMs
    this.#outer = outer
  }

  /** Aborted when time runs out or the caller gives up. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    return this.#outer ? AbortSignal.any([this.#outer, this.#controller.signal]) : this.#controller.signal
  }

  /** The promise, or a rejection with `Lapsed`, whichever is first. What comes later is ignored. */
  race<T>(late: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const give = (message: string) => () => {
        const lapsed = new Lapsed(message)
        this.#controller?.abort(lapsed)
        reject(lapsed)
      }
      const cancel = give('cancelled')
      const timer = setTimeout(give(`no answer within ${this.#timeoutMs} ms`), this.#timeoutMs)
      const done = (): void => {
        clearTimeout(timer)
        this.#outer?.removeEventListener('abort', cancel)
      }
      late.then(resolve, reject).finally(done)
      if (this.#outer?.aborted) cancel()
      else this.#outer?.addEventListener('abort', cancel, { once: true })
    })
  }
}
