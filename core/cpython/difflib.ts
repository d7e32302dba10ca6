/** `difflib.SequenceMatcher(None, a, b).ratio()` of CPython 3.11: from 0 to 1, and 1 for two empty texts. */
export const sequenceMatcherRatio = (a: string, b: string): number =>
  a === b ? 1 : new SequenceMatcher(codePointsOf(b)).ratio(codePointsOf(a))

/**
 * `difflib.SequenceMatcher` over the code points of one second text, for comparison with many first texts; the
 * ratio depends on which text is the second. The algorithm (longest common block, then the same on both its sides)
 * is Ratcliff and Obershelp's "gestalt pattern matching", with difflib's rules for ties and frequent characters.
 */
export class SequenceMatcher {
  readonly #b: CodePoints
  readonly #alphabet: Alphabet
  /** 0 for what cannot start a match. */
  readonly #symbols: Uint32Array
  readonly #places: Places
  /** No block without frequent characters can be longer. */
  readonly #longestRun: number

  constructor(b: CodePoints) {
    this.#b = b
    this.#alphabet = new Alphabet(b)
    this.#symbols = this.#alphabet.symbolsOf(b)
    this.#places = placesOf(this.#symbols, this.#alphabet.size)
    this.#longestRun = longestRunOf(this.#symbols)
  }

  /** Twice the characters in matching blocks, over the characters of both texts. */
  ratio(a: CodePoints): number {
    const total = a.length + this.#b.length
    return total === 0 ? 1 : (2 * this.#countMatched(a, null)) / total
  }

  /** Whether `ratio(a) >= threshold`; stops as soon as what is matched, or what is left, decides it. */
  reaches(a: CodePoints, threshold: number): boolean {
    const total = a.length + this.#b.length
    return total === 0 ? threshold <= 1 : (2 * this.#countMatched(a, threshold)) / total >= threshold
  }

  /** @param threshold A ratio: whether it is reached may be decided before all is counted. */
  #countMatched(a: CodePoints, threshold: number | null): number {
    const whole = { aLow: 0, aHigh: a.length, bLow: 0, bHigh: this.#b.length }
    const total = a.length + this.#b.length
    const open: Window[] = [whole]
    let [matched, left] = [0, roomOf(whole)]
    for (let window = open.pop(); window !== undefined; window = open.pop()) {
      if (threshold !== null && isDecided(matched, left, total, threshold)) return matched
      const block = this.#widened(a, window, this.#longestBlock(a, window))
      left -= roomOf(window)
      matched += block.size
      if (block.size > 0) left += openAround(window, block, open)
    }
    return matched
  }

  /**
   * The longest block without frequent characters; of equal ones that which starts first in a, then in b. What cannot
   * become longer than the longest so far is dropped at its first look, and none can be longer than the longest run
   * of such characters in b. One function: calls in here cost a third.
   */
  #longestBlock(a: CodePoints, { aLow, aHigh, bLow, bHigh }: Window): Block {
    const { starts, positions } = this.#places
    const longest = { aStart: aLow, bStart: bLow, size: 0 }
    for (let i = aLow; i + longest.size < aHigh; i++) {
      const symbol = this.#alphabet.symbolOf(a[i] ?? 0)
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
        if (size === this.#longestRun) return longest
      }
    }
    return longest
  }

  #blockSize(a: CodePoints, i: number, j: number, limit: number): number {
    let size = 1
    while (size < limit && this.#isPair(a, i + size, j + size)) size++
    return size
  }

  #isPair(a: CodePoints, i: number, j: number): boolean {
    return a[i] === this.#b[j] && this.#symbols[j] !== NO_SYMBOL
  }

  /** The block with the equal characters around it, frequent ones too. */
  #widened(a: CodePoints, { aLow, aHigh, bLow, bHigh }: Window, { aStart, bStart, size }: Block): Block {
    const b = this.#b
    let [left, right] = [0, size]
    while (aStart - left > aLow && bStart - left > bLow && a[aStart - left - 1] === b[bStart - left - 1]) left++
    while (aStart + right < aHigh && bStart + right < bHigh && a[aStart + right] === b[bStart + right]) right++
    return { aStart: aStart - left, bStart: bStart - left, size: left + right }
  }
}

const isDecided = (matched: number, left: number, total: number, threshold: number): boolean =>
  (2 * matched) / total >= threshold || (2 * (matched + left)) / total < threshold

/** A text as its Unicode code points. */
export type CodePoints = Uint32Array

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

/**
 * Opens what of a window lies before and after a block, where that is something in both texts.
 * @returns Characters that can match there at most.
 */
function openAround({ aLow, aHigh, bLow, bHigh }: Window, { aStart, bStart, size }: Block, open: Window[]): number {
  const before = { aLow, aHigh: aStart, bLow, bHigh: bStart }
  const after = { aLow: aStart + size, aHigh, bLow: bStart + size, bHigh }
  if (roomOf(before) > 0) open.push(before)
  if (roomOf(after) > 0) open.push(after)
  return roomOf(before) + roomOf(after)
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

  constructor(b: CodePoints) {
    let size = 1
    for (const [point, count] of countsOf(b)) {
      if (isFrequent(count, b.length)) continue
      if (point < ASCII) this.#ascii[point] = size++
      else this.#others.set(point, size++)
    }
    this.size = size
  }

  symbolsOf(points: CodePoints): Uint32Array {
    return points.map((point) => this.symbolOf(point))
  }

  symbolOf(point: number): number {
    return (point < ASCII ? this.#ascii[point] : this.#others.get(point)) ?? NO_SYMBOL
  }
}

/** difflib's `autojunk`: in texts of 200 characters and more, what makes up over a hundredth of them (and one). */
const isFrequent = (count: number, length: number): boolean => length >= 200 && count > Math.floor(length / 100) + 1

function countsOf(points: CodePoints): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  for (const point of points) counts.set(point, (counts.get(point) ?? 0) + 1)
  return counts
}

function longestRunOf(symbols: Uint32Array): number {
  let [longest, run] = [0, 0]
  for (const symbol of symbols) {
    run = symbol === NO_SYMBOL ? 0 : run + 1
    longest = Math.max(longest, run)
  }
  return longest
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

const encoder = new TextEncoder()
let bytes = new Uint8Array(4096)

/** Pure ASCII, which most pages are, is copied as a whole. */
export function codePointsOf(text: string): CodePoints {
  if (bytes.length < text.length) bytes = new Uint8Array(2 * text.length)
  const { read, written } = encoder.encodeInto(text, bytes)
  return read === text.length && written === read ? new Uint32Array(bytes.subarray(0, written)) : decoded(text)
}

function decoded(text: string): CodePoints {
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
