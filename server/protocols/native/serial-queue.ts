import { isPromise, type MaybePromise } from '../../../core/data/maybe-promise.ts'

/** Runs tasks one after the other, in the order they came; at once where nothing is under way. */
export class SerialQueue {
  #last: Promise<unknown> | null = null

  run<T>(task: () => MaybePromise<T>): MaybePromise<T> {
    const value = this.#last ? this.#last.then(task) : task()
    if (isPromise(value)) this.#occupy(value)
    return value
  }

  #occupy(task: Promise<unknown>): void {
    const done = (): void => {
      if (this.#last === settled) this.#last = null
    }
    const settled = task.then(done, done)
    this.#last = settled
  }
}
