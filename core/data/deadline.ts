import { adopted } from './maybe-promise.ts'

/** Why a race was lost: time ran out, or the caller gave up. */
export class Lapsed extends Error {
  override readonly name = 'Lapsed'
  readonly isCancelled: boolean

  constructor(message: string, isCancelled: boolean) {
    super(message)
    this.isCancelled = isCancelled
  }
}

/** Timers above it fire at once. No limit is meant so exactly that 24 days would not do as none. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * A time limit for one call. Controller and timer are made only when asked for, so that a synchronous call pays for
 * neither.
 */
export class Deadline {
  readonly #timeoutMs: number
  readonly #outer: AbortSignal | undefined
  #controller: AbortController | undefined
  #lapse: ((thrown: unknown) => void) | undefined

  constructor(timeoutMs: number, outer?: AbortSignal) {
    this.#timeoutMs = timeoutMs
    this.#outer = outer
  }

  /** Aborted when time runs out or the caller gives up. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    return this.#outer ? AbortSignal.any([this.#outer, this.#controller.signal]) : this.#controller.signal
  }

  /** Loses the race that is in progress. */
  cancel(): void {
    this.fail(new Lapsed('cancelled', true))
  }

  /** Loses the race that is in progress, with what was thrown; false if there is none. */
  fail(thrown: unknown): boolean {
    const lose = this.#lapse
    lose?.(thrown)
    return lose !== undefined
  }

  /** Settles as the promise does, or rejects with `Lapsed`, whichever is first. The later one is ignored. */
  race<T>(late: PromiseLike<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = (): void => this.cancel()
      const timer =
        this.#timeoutMs <= LONGEST_TIMER_MS ? setTimeout(() => lapse(this.#late()), this.#timeoutMs) : undefined
      const finish = (): void => {
        clearTimeout(timer)
        this.#outer?.removeEventListener('abort', cancel)
        this.#lapse = undefined
      }
      const lapse = (lapsed: unknown): void => {
        finish()
        this.#controller?.abort(lapsed)
        reject(lapsed)
      }
      this.#lapse = lapse
      adopted(late).finally(finish).then(resolve, reject)
      if (this.#outer?.aborted) cancel()
      else this.#outer?.addEventListener('abort', cancel, { once: true })
    })
  }

  #late(): Lapsed {
    return new Lapsed(`no answer within ${this.#timeoutMs} ms`, false)
  }
}
