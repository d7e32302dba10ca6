/**
 * Wanted call of each call that was made, null for none: the assignment of the greatest sum of likeness, no pair of
 * likeness 0. Shortest augmenting paths with potentials (Kuhn, 1955; Jonker and Volgenant, 1987), O(n^3).
 * @param similarity Rows: calls that were made; columns: wanted ones.
 */
export function optimalAssignment(similarity: readonly (readonly number[])[]): readonly (number | null)[] {
  const wanted = similarity[0]?.length ?? 0
  const likeness = (row: number, column: number): number => similarity[row]?.[column] ?? 0
  const size = Math.max(similarity.length, wanted)
  const columns = new Assignment(size, (row, column) => 0 - likeness(row, column)).columns()
  return similarity.map((_, row) => {
    const column = columns[row] ?? -1
    return column >= 0 && column < wanted && likeness(row, column) > 0 ? column : null
  })
}

/** The path by which one more row gets a column. */
interface Search {
  readonly start: number
  /** Least reduced cost by which each column can be reached. */
  readonly least: Float64Array
  /** The column before each column on the path to it, -1 for the start. */
  readonly previous: Int32Array
  readonly isReached: Uint8Array
}

/** A square assignment of least cost. */
class Assignment {
  readonly #size: number
  readonly #cost: (row: number, column: number) => number
  readonly #rowPotential: Float64Array
  readonly #columnPotential: Float64Array
  /** Row of each column, -1 for none yet. */
  readonly #rowOf: Int32Array

  constructor(size: number, cost: (row: number, column: number) => number) {
    this.#size = size
    this.#cost = cost
    this.#rowPotential = new Float64Array(size)
    this.#columnPotential = new Float64Array(size)
    this.#rowOf = new Int32Array(size).fill(-1)
  }

  /** The column of each row. */
  columns(): Int32Array {
    for (let row = 0; row < this.#size; row++) this.#add(row)
    const columns = new Int32Array(this.#size)
    for (const [column, row] of this.#rowOf.entries()) columns[row] = column
    return columns
  }

  #add(start: number): void {
    const least = new Float64Array(this.#size).fill(Number.POSITIVE_INFINITY)
    const search = {
      start,
      least,
      previous: new Int32Array(this.#size).fill(-1),
      isReached: new Uint8Array(this.#size),
    }
    let [row, column] = [start, -1]
    while (row >= 0) {
      this.#relax(search, row, column)
      column = this.#nearest(search)
      this.#raise(search, least[column] ?? 0)
      search.isReached[column] = 1
      row = this.#rowOf[column] ?? -1
    }
    this.#flip(search, column)
  }

  /** Reaches further columns by way of a row, whose own column is `from`. */
  #relax({ least, previous, isReached }: Search, row: number, from: number): void {
    for (let column = 0; column < this.#size; column++) {
      if (isReached[column]) continue
      const potential = (this.#rowPotential[row] ?? 0) + (this.#columnPotential[column] ?? 0)
      const reduced = this.#cost(row, column) - potential
      if (reduced >= (least[column] ?? 0)) continue
      least[column] = reduced
      previous[column] = from
    }
  }

  #nearest({ least, isReached }: Search): number {
    let nearest = -1
    for (let column = 0; column < this.#size; column++)
      if (!isReached[column] && (nearest < 0 || (least[column] ?? 0) < (least[nearest] ?? 0))) nearest = column
    return nearest
  }

  /** Moves the potentials, so that the nearest column costs nothing more to reach. */
  #raise({ start, least, isReached }: Search, by: number): void {
    this.#rowPotential[start] = (this.#rowPotential[start] ?? 0) + by
    for (let column = 0; column < this.#size; column++) {
      if (!isReached[column]) {
        least[column] = (least[column] ?? 0) - by
        continue
      }
      const row = this.#rowOf[column] ?? start
      this.#rowPotential[row] = (this.#rowPotential[row] ?? 0) + by
      this.#columnPotential[column] = (this.#columnPotential[column] ?? 0) - by
    }
  }

  #flip({ start, previous }: Search, end: number): void {
    for (let column = end; column >= 0; ) {
      const before = previous[column] ?? -1
      this.#rowOf[column] = before < 0 ? start : (this.#rowOf[before] ?? start)
      column = before
    }
  }
}
