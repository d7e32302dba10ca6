import type { ByteBudget, Holder } from '../byte-budget.ts'

/** Bytes of the frame or body that a client has started to send and not finished, within a budget of all clients. */
export class UnfinishedBytes implements Holder {
  readonly #budget: ByteBudget
  readonly #cutOff: () => void
  #bytes = 0

  /** @param cutOff ends the connection, called where the budget is spent and this one has most of it */
  constructor(budget: ByteBudget, cutOff: () => void) {
    this.#budget = budget
    this.#cutOff = cutOff
    budget.add(this)
  }

  get bytes(): number {
    return this.#bytes
  }

  received(bytes: number): void {
    this.#bytes += bytes
    this.#budget.resized(this, bytes)
    this.#budget.settle()
  }

  /** The frame or body is whole; another may begin. */
  finished(): void {
    this.#budget.resized(this, -this.#bytes)
    this.#bytes = 0
  }

  giveWay(): void {
    this.close()
    this.#cutOff()
  }

  close(): void {
    this.#budget.remove(this)
  }
}
