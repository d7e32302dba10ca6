/** Numbers texts from 0 on, in order of first appearance. */
export class Numbers {
  readonly #numbers = new Map<string, number>()

  get count(): number {
    return this.#numbers.size
  }

  numberOf(text: string): number {
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    const number = this.#numbers.size
    this.#numbers.set(text, number)
    return number
  }

  texts(): readonly string[] {
    return [...this.#numbers.keys()]
  }
}
