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

  /** A holder has more bytes, or fewer if negative. */
  resized(holder: Holder, bytes: number): void {
    if (this.#holders.has(holder)) this.#held += bytes
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
