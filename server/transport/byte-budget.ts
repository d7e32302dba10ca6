/** Who holds bytes of a budget. */
export interface Holder {
  readonly bytes: number
  /** Holds fewer bytes from now on. */
  giveWay(): void
}

/** Bytes that all sessions of a server may hold together: beyond them, the session that holds most discards frames. */
export class ByteBudget {
  readonly #most: number
  readonly #holders = new Set<Holder>()
  #held = 0

  constructor(most: number) {
    this.#most = most
  }

  get held(): number {
    return this.#held
  }

  add(holder: Holder): void {
    this.#holders.add(holder)
    this.#held += holder.bytes
  }

  remove(holder: Holder): void {
    if (this.#holders.delete(holder)) this.#held -= holder.bytes
  }

  /**
   * A holder has more bytes, or fewer if negative.
   * @returns Whether too much is held: then the budget must be settled.
   */
  resized(holder: Holder, bytes: number): boolean {
    if (this.#holders.has(holder)) this.#held += bytes
    return this.#held > this.#most
  }

  /** Makes room where too much is held. */
  settle(): void {
    while (this.#held > this.#most) {
      const before = this.#held
      this.#largest()?.giveWay()
      if (this.#held >= before) return
    }
  }

  #largest(): Holder | null {
    let largest: Holder | null = null
    for (const holder of this.#holders) if (!largest || holder.bytes > largest.bytes) largest = holder
    return largest
  }
}

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
    if (this.#budget.resized(this, bytes)) this.#budget.settle()
  }

  /** The frame or body is whole; another may begin. */
  finished(): void {
    if (this.#bytes === 0) return
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
