/** `difflib.SequenceMatcher(None, a, b).ratio()` of CPython 3.11: from 0 to 1, and 1 for two empty texts. */
export const sequenceMatcherRatio = (a: string, b: string): number => (a === b ? 1 : new SequenceMatcher(b).ratio(a))

/**
 * `difflib.SequenceMatcher` over the code points of one second text, for comparison with many first texts; the
 * ratio depends on which text is the second. The algorithm (longest common block, then the same on both its sides)
 * is Ratcliff and Obershelp's "gestalt pattern matching", with difflib's rules for ties and frequent characters.
 */
export class SequenceMatcher {
  readonly #b: Uint32Array
  readonly #alphabet: Alphabet
  readonly #symbols: Uint32Array
  readonly #places: Places

  constructor(b: string) {
    this.#b = codePointsOf(b)
    this.#alphabet = new Alphabet(this.#b)
    this.#symbols = this.#alphabet.symbolsOf(this.#b)
    this.#places = placesOf(this.#symbols, this.#alphabet.size)
  }

  /** Twice the characters in matching blocks, over the characters of both texts. */
  ratio(a: string): number {
    const points = codePointsOf(a)
    const total = points.length + this.#b.length
    return total === 0 ? 1 : (2 * this.#countMatched(points)) / total
  }

  /** Whether `ratio(a) >= threshold`; stops as soon as what is matched, or what is left, decides it. */
  reaches(a: string, threshold: number): boolean {
    const points = codePointsOf(a)
    const total = points.length + this.#b.length
    if (total === 0) return threshold <= 1
    const isDecided = (matched: number, left: number): boolean =>
      (2 * matched) / total >= threshold || (2 * (matched + left)) / total < threshold
    return (2 * this.#countMatched(points, isDecided)) / total >= threshold
  }

  /** @param isDecided Whether to stop, told the characters matched and how many more there can be. */
  #countMatched(a: Uint32Array, isDecided: (matched: number, left: number) => boolean = () => false): number {
    const symbols = this.#alphabet.symbolsOf(a)
    const whole = { aLow: 0, aHigh: a.length, bLow: 0, bHigh: this.#b.length }
    const open: Window[] = [whole]
    let [matched, left] = [0, roomOf(whole)]
    for (let window = open.pop(); window !== undefined; window = open.pop()) {
      if (isDecided(matched, left)) return matched
      const block = this.#widened(a, window, this.#longestBlock(symbols, window))
      const rest = block.size === 0 ? [] : windowsAround(window, block)
      open.push(...rest)
      matched += block.size
      left += rest.reduce((sum, each) => sum + roomOf(each), -roomOf(window))
    }
    return matched
  }

  /**
   * The longest block without frequent characters; of equal ones that which starts first in a, then in b. What cannot
   * become longer than the longest so far is dropped at its first look. One function: calls in here cost a third.
   */
  #longestBlock(a: Uint32Array, { aLow, aHigh, bLow, bHigh }: Window): Block {
    const { starts, positions } = this.#places
    const longest = { aStart: aLow, bStart: bLow, size: 0 }
    for (let i = aLow; i + longest.size < aHigh; i++) {
      const symbol = a[i] ?? NO_SYMBOL
      if (symbol === NO_SYMBOL) continue
      const end = starts[symbol + 1] ?? 0
      for (let place = starts[symbol] ?? 0; place < end; place++) {
        const j = positions[place] ?? 0
        if (j < bLow) continue
        if (j + longest.size >= bHigh) break
        if (!this.#isPair(a, i + longest.size, j + longest.size)) continue
        const size = this.#blockSize(a, i, j, Math.min(aHigh - i, bHigh - j))
        if (size <= longest.size) continue
        longest.aStart = i
        longest.bStart = j
        longest.size = size
      }
    }
    return longest
  }

  #blockSize(a: Uint32Array, i: number, j: number, limit: number): number {
    let size = 1
    while (size < limit && this.#isPair(a, i + size, j + size)) size++
    return size
  }

  #isPair(a: Uint32Array, i: number, j: number): boolean {
    const symbol = a[i]
    return symbol !== NO_SYMBOL && symbol === this.#symbols[j]
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
  readonly aStart: number
  readonly bStart: number
  readonly size: number
}

/** Characters of a window that can match at most. */
const roomOf = ({ aLow, aHigh, bLow, bHigh }: Window): number => Math.min(aHigh - aLow, bHigh - bLow)

/** What of a window lies before and after a block, where that is something in both texts. */
function windowsAround({ aLow, aHigh, bLow, bHigh }: Window, { aStart, bStart, size }: Block): readonly Window[] {
  const [aEnd, bEnd] = [aStart + size, bStart + size]
  const before = { aLow, aHigh: aStart, bLow, bHigh: bStart }
  const after = { aLow: aEnd, aHigh, bLow: bEnd, bHigh }
  return [before, after].filter((window) => roomOf(window) > 0)
}

/** The symbol of all characters that do not stand in b, or stand there too often to start a match. */
const NO_SYMBOL = 0
const ASCII = 128

/** Numbers the characters of b that can start a match, from 1 on. */
class Alphabet {
  readonly #ascii = new Uint32Array(ASCII)
  readonly #others = new Map<number, number>()
  /** Symbols in use, `NO_SYMBOL` among them. */
  readonly size: number

  constructor(b: Uint32Array) {
    let size = 1
    for (const [point, count] of countsOf(b)) {
      if (isFrequent(count, b.length)) continue
      if (point < ASCII) this.#ascii[point] = size++
      else this.#others.set(point, size++)
    }
    this.size = size
  }

  symbolsOf(points: Uint32Array): Uint32Array {
    const symbols = new Uint32Array(points.length)
    for (let i = 0; i < points.length; i++) {
      const point = points[i] ?? 0
      symbols[i] = (point < ASCII ? this.#ascii[point] : this.#others.get(point)) ?? NO_SYMBOL
    }
    return symbols
  }
}

/** difflib's `autojunk`: in texts of 200 characters and more, what makes up over a hundredth of them (and one). */
const isFrequent = (count: number, length: number): boolean => length >= 200 && count > Math.floor(length / 100) + 1

function countsOf(points: Uint32Array): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  for (const point of points) counts.set(point, (counts.get(point) ?? 0) + 1)
  return counts
}

/** Where each symbol s stands, in ascending order: `positions[starts[s]]` to `positions[starts[s + 1] - 1]`. */
interface Places {
  readonly starts: Uint32Array
  readonly positions: Uint32Array
}

function placesOf(symbols: Uint32Array, size: number): Places {
  const starts = new Uint32Array(size + 1)
  for (const symbol of symbols) starts[symbol + 1] = (starts[symbol + 1] ?? 0) + 1
  for (let symbol = 0; symbol < size; symbol++) starts[symbol + 1] = (starts[symbol + 1] ?? 0) + (starts[symbol] ?? 0)
  const next = starts.slice()
  const positions = new Uint32Array(symbols.length)
  for (let position = 0; position < symbols.length; position++) {
    const symbol = symbols[position] ?? NO_SYMBOL
    const place = next[symbol] ?? 0
    positions[place] = position
    next[symbol] = place + 1
  }
  return { starts, positions }
}

function codePointsOf(text: string): Uint32Array {
  const points = new Uint32Array(text.length)
  let length = 0
  for (let unit = 0; unit < text.length; unit++) {
    const code = text.charCodeAt(unit)
    const point = isSurrogate(code) ? (text.codePointAt(unit) ?? code) : code
    points[length++] = point
    if (point > 0xffff) unit++
  }
  return points.subarray(0, length)
}

const isSurrogate = (code: number): boolean => code >= 0xd800 && code < 0xe000
