/** `difflib.SequenceMatcher(None, a, b).ratio()` of CPython 3.11: from 0 to 1, and 1 for two empty texts. */
export const sequenceMatcherRatio = (a: string, b: string): number => (a === b ? 1 : new SequenceMatcher(b).ratio(a))

/**
 * `difflib.SequenceMatcher` over the code points of one second text, for comparison with many first texts; the
 * ratio depends on which text is the second. The algorithm (longest common block, then the same on both its sides)
 * is Ratcliff and Obershelp's "gestalt pattern matching", with difflib's rules for ties and frequent characters.
 */
export class SequenceMatcher {
  readonly #b: Uint32Array
  readonly #places: Places
  /** At j + 1, the length of the match that ends at b[j]: of the row of a before, and of the row under way. */
  #lengths: Int32Array
  #nextLengths: Int32Array

  constructor(b: string) {
    this.#b = codePointsOf(b)
    this.#places = placesOf(this.#b)
    this.#lengths = new Int32Array(this.#b.length + 1)
    this.#nextLengths = new Int32Array(this.#b.length + 1)
  }

  /** Twice the characters in matching blocks, over the characters of both texts. */
  ratio(a: string): number {
    const points = codePointsOf(a)
    const total = points.length + this.#b.length
    return total === 0 ? 1 : (2 * this.#countMatched(points)) / total
  }

  #countMatched(a: Uint32Array): number {
    const symbols = a.map((point) => this.#places.symbols.get(point) ?? NOWHERE)
    const open: Window[] = [{ aLow: 0, aHigh: a.length, bLow: 0, bHigh: this.#b.length }]
    let matched = 0
    for (let window = open.pop(); window !== undefined; window = open.pop()) {
      const { aLow, aHigh, bLow, bHigh } = window
      const { aStart, bStart, size } = this.#widened(a, window, this.#longestBlock(symbols, window))
      if (size === 0) continue
      matched += size
      const [aEnd, bEnd] = [aStart + size, bStart + size]
      if (aLow < aStart && bLow < bStart) open.push({ aLow, aHigh: aStart, bLow, bHigh: bStart })
      if (aEnd < aHigh && bEnd < bHigh) open.push({ aLow: aEnd, aHigh, bLow: bEnd, bHigh })
    }
    return matched
  }

  /** The longest block without frequent characters; of equal ones that which starts first in a, then in b. */
  #longestBlock(symbols: Uint32Array, { aLow, aHigh, bLow, bHigh }: Window): Block {
    const { starts, positions } = this.#places
    const longest = { aStart: aLow, bStart: bLow, size: 0 }
    let [from, to] = [0, 0]
    for (let i = aLow; i < aHigh; i++) {
      const symbol = symbols[i] ?? NOWHERE
      const first = firstAtLeast(bLow, positions, starts[symbol] ?? 0, starts[symbol + 1] ?? 0)
      const end = this.#fillRow(first, starts[symbol + 1] ?? 0, bHigh, i, longest)
      this.#turnRows(from, to)
      from = first
      to = end
    }
    this.#turnRows(from, to)
    return longest
  }

  /** Lengths of the matches that end at a[i], and the longest so far; returns where the places in the window end. */
  #fillRow(first: number, end: number, bHigh: number, i: number, longest: Block): number {
    const { positions } = this.#places
    const lengths = this.#lengths
    const nextLengths = this.#nextLengths
    for (let place = first; place < end; place++) {
      const j = positions[place] ?? 0
      if (j >= bHigh) return place
      const size = (lengths[j] ?? 0) + 1
      nextLengths[j + 1] = size
      if (size > longest.size) {
        longest.aStart = i - size + 1
        longest.bStart = j - size + 1
        longest.size = size
      }
    }
    return end
  }

  /** Clears the older row, which was written at these places, to be the next one. */
  #turnRows(from: number, to: number): void {
    const { positions } = this.#places
    const older = this.#lengths
    for (let place = from; place < to; place++) older[(positions[place] ?? 0) + 1] = 0
    this.#lengths = this.#nextLengths
    this.#nextLengths = older
  }

  /** The block with the equal characters around it, frequent ones too. */
  #widened(a: Uint32Array, { aLow, aHigh, bLow, bHigh }: Window, { aStart, bStart, size }: Block): Block {
    const b = this.#b
    let [left, right] = [0, size]
    while (aStart - left > aLow && bStart - left > bLow && a[aStart - left - 1] === b[bStart - left - 1]) left++
    while (aStart + right < aHigh && bStart + right < bHigh && a[aStart + right] === b[bStart + right]) right++
    return { aStart: aStart - left, bStart: bStart - left, size: left + right }
  }
}

interface Window {
  readonly aLow: number
  readonly aHigh: number
  readonly bLow: number
  readonly bHigh: number
}

interface Block {
  aStart: number
  bStart: number
  size: number
}

/** Where each character of a text stands: symbol s at `positions[starts[s]]` to `positions[starts[s + 1] - 1]`. */
interface Places {
  readonly symbols: ReadonlyMap<number, number>
  readonly starts: Uint32Array
  readonly positions: Uint32Array
}

/** The symbol of all characters that stand nowhere in b, or too often to count. */
const NOWHERE = 0

function placesOf(b: Uint32Array): Places {
  const counts = new Map<number, number>()
  for (const point of b) counts.set(point, (counts.get(point) ?? 0) + 1)
  const symbols = new Map<number, number>()
  const ends = [0]
  for (const [point, count] of counts) {
    if (isFrequent(count, b.length)) continue
    symbols.set(point, ends.length)
    ends.push((ends.at(-1) ?? 0) + count)
  }
  return { symbols, starts: Uint32Array.from([0, ...ends]), positions: positionsBySymbol(b, symbols, ends) }
}

/** difflib's `autojunk`: in texts of 200 characters and more, what makes up over a hundredth of them (and one). */
const isFrequent = (count: number, length: number): boolean => length >= 200 && count > Math.floor(length / 100) + 1

function positionsBySymbol(b: Uint32Array, symbols: ReadonlyMap<number, number>, ends: readonly number[]): Uint32Array {
  const positions = new Uint32Array(ends.at(-1) ?? 0)
  const next = [0, ...ends]
  b.forEach((point, position) => {
    const symbol = symbols.get(point)
    if (symbol === undefined) return
    const place = next[symbol] ?? 0
    positions[place] = position
    next[symbol] = place + 1
  })
  return positions
}

/** First index from `low` to `high` whose position is `limit` or more. */
function firstAtLeast(limit: number, positions: Uint32Array, low: number, high: number): number {
  if (limit === 0) return low
  let [from, to] = [low, high]
  while (from < to) {
    const middle = (from + to) >>> 1
    if ((positions[middle] ?? 0) < limit) from = middle + 1
    else to = middle
  }
  return from
}

function codePointsOf(text: string): Uint32Array {
  const points = new Uint32Array(text.length)
  let length = 0
  for (let unit = 0; unit < text.length; unit++) {
    const point = text.codePointAt(unit) ?? 0
    points[length++] = point
    if (point > 0xffff) unit++
  }
  return points.subarray(0, length)
}
