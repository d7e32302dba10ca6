/** Names that were seen lately: the oldest go first, so that the memory has an end. */
export class Recent {
  readonly #most: number
  readonly #names = new Set<string>()

  constructor(most: number) {
    this.#most = most
  }

  add(name: string): void {
    this.#names.add(name)
    if (this.#names.size <= this.#most) return
    for (const oldest of this.#names) {
      this.#names.delete(oldest)
      return
    }
  }

  has(name: string): boolean {
    return this.#names.has(name)
  }
}
