/** Places of a column that were read as null, reported once per column. */
export class ReadingNotes {
  readonly #places = new Map<string, string[]>()
  readonly #others: string[] = []

  /** @param what The value as written: `NaN`. */
  readAsNull(column: string, row: number, what: string): void {
    const places = this.#places.get(column)
    if (places) places.push(`row ${row} is ${what}`)
    else this.#places.set(column, [`row ${row} is ${what}`])
  }

  add(note: string): void {
    this.#others.push(note)
  }

  /** As sentences. */
  get all(): readonly string[] {
    const columns = [...this.#places].map(([column, places]) => `${column}: ${shown(places)}, read as null`)
    return [...columns, ...this.#others]
  }
}

const SHOWN = 5

const shown = (places: readonly string[]): string =>
  places.length <= SHOWN ? places.join(', ') : `${places.slice(0, SHOWN).join(', ')} and ${places.length - SHOWN} more`
