/**
 * A sum of terms of which rounding takes nothing (Neumaier's compensated summation), and 0 where no more is left of
 * them than what writing them in binary may have added: .1 + .2 - .3 is 0.
 */
export class ExactSum {
  #sum = 0
  #lost = 0
  #size = 0

  add(term: number): void {
    const sum = this.#sum + term
    this.#lost += Math.abs(this.#sum) >= Math.abs(term) ? this.#sum - sum + term : term - sum + this.#sum
    this.#sum = sum
    this.#size += Math.abs(term)
  }

  get value(): number {
    const value = Number.isFinite(this.#lost) ? this.#sum + this.#lost : this.#sum
    return Math.abs(value) <= this.#size * Number.EPSILON ? 0 : value
  }
}

export function exactSumOf(terms: Iterable<number>): number {
  const sum = new ExactSum()
  for (const term of terms) sum.add(term)
  return sum.value
}
