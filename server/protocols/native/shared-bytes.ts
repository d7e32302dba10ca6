/** What several holders share, with the bytes of it: each object counts once, however many hold it. */
export class SharedBytes {
  readonly #holders = new Map<object, number>()
  #bytes = 0

  /** Bytes of all that is held, as JSON. */
  get bytes(): number {
    return this.#bytes
  }

  hold(parts: readonly object[]): void {
    for (const part of parts) {
      const holders = this.#holders.get(part) ?? 0
      if (holders === 0) this.#bytes += sizeOf(part)
      this.#holders.set(part, holders + 1)
    }
  }

  release(parts: readonly object[]): void {
    for (const part of parts) {
      const holders = this.#holders.get(part) ?? 0
      if (holders > 1) this.#holders.set(part, holders - 1)
      else if (this.#holders.delete(part)) this.#bytes -= sizeOf(part)
    }
  }
}

const sizes = new WeakMap<object, number>()

/** What is held does not change: it is measured once. */
function sizeOf(part: object): number {
  const known = sizes.get(part) ?? measured(part)
  sizes.set(part, known)
  return known
}

/** A move of the past is linked to those before it, which are parts of their own. */
function measured(part: object): number {
  const own = 'previous' in part ? { ...part, previous: null } : part
  return JSON.stringify(own).length
}
