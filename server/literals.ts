/** Texts as JSON literals, each encoded once: pages that are shown again and again cost one look-up. */
export class Literals {
  readonly #budget: number
  readonly #byText = new Map<string, string>()
  #characters = 0

  /** @param budget characters kept, texts and literals together; the oldest go first */
  constructor(budget = 2 ** 25) {
    this.#budget = budget
  }

  of(text: string): string {
    const known = this.#byText.get(text)
    if (known !== undefined) return known
    const literal = JSON.stringify(text)
    this.#byText.set(text, literal)
    this.#characters += text.length + literal.length
    this.#shrink()
    return literal
  }

  #shrink(): void {
    for (const [text, literal] of this.#byText) {
      if (this.#characters <= this.#budget) return
      this.#byText.delete(text)
      this.#characters -= text.length + literal.length
    }
  }
}
