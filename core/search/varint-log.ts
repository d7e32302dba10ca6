const FIRST_CAPACITY = 1 << 16

/** Whole numbers below 2^32 in the order they came, in as few bytes as their size asks for. */
export class VarintLog {
  #bytes = new Uint8Array(FIRST_CAPACITY)
  #used = 0

  append(value: number): void {
    if (this.#used + 5 > this.#bytes.length) this.#grow()
    let rest = value
    while (rest > 127) {
      this.#bytes[this.#used++] = (rest & 127) | 128
      rest >>>= 7
    }
    this.#bytes[this.#used++] = rest
  }

  /** Reads from the start; each call gives the next number. Reading past the end gives zeros. */
  reader(): () => number {
    const bytes = this.#bytes
    let position = 0
    return () => {
      let value = 0
      for (let shift = 0; ; shift += 7) {
        const byte = bytes[position++] ?? 0
        value |= (byte & 127) << shift
        if (byte < 128) return value >>> 0
      }
    }
  }

  #grow(): void {
    const wider = new Uint8Array(this.#bytes.length * 2)
    wider.set(this.#bytes)
    this.#bytes = wider
  }
}
