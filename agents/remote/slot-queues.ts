/** Runs tasks that need several of a number of slots: each starts when all earlier tasks in its slots are over. */
export class SlotQueues {
  /** Settles, for each slot, when its last task is over. */
  readonly #last: Promise<unknown>[]

  constructor(slots: number) {
    this.#last = Array.from({ length: slots }, () => Promise.resolve())
  }

  run<T>(slots: readonly number[], task: () => Promise<T>): Promise<T> {
    const running = Promise.all(slots.map((slot) => this.#last[slot])).then(task)
    const over = running.then(
      () => {},
      () => {},
    )
    for (const slot of slots) this.#last[slot] = over
    return running
  }
}
