/**
 * JSON as UTF-8 bytes: a page goes from its text into the frame at once, with no literal of it in between. All frames
 * are written in the same memory, one after the other, and copied out whole.
 */
export class FrameBytes {
  #bytes = Buffer.allocUnsafeSlow(USUAL_BYTES)
  #words = wordsOf(this.#bytes)
  #length = 0

  /** What `fill` adds, in memory of its own. */
  written(fill: (bytes: FrameBytes) => void): Buffer {
    this.#length = 0
    fill(this)
    const taken = Buffer.allocUnsafeSlow(this.#length)
    this.#bytes.copy(taken, 0, 0, this.#length)
    if (this.#bytes.length > MOST_KEPT_BYTES) this.#move(USUAL_BYTES)
    return taken
  }

  /** Adds what is JSON already. */
  json(json: string): void {
    if (json.length > SHORT || !this.#short(json)) this.#long(json)
  }

  /**
   * Adds a text as a JSON string if it needs no escapes, as `JSON.stringify` would write it.
   * @returns Whether it could be: nothing is added of what has to be escaped, or may have to.
   */
  text(text: string): boolean {
    return !text.includes('"') && !text.includes('\\') && this.#plain(text)
  }

  /** Written here, for a call out of the engine costs more than a few characters. @returns Whether it could be. */
  #short(json: string): boolean {
    this.#reserve(SHORT)
    const bytes = this.#bytes
    const start = this.#length
    for (let at = 0; at < json.length; at++) {
      const unit = json.charCodeAt(at)
      if (unit > LAST_ASCII) return false
      bytes[start + at] = unit
    }
    this.#length = start + json.length
    return true
  }

  #long(json: string): void {
    this.#reserve(json.length * MOST_BYTES_A_UNIT)
    this.#length += this.#bytes.write(json, this.#length)
  }

  /** What is not ASCII may have lone surrogates, which JSON escapes and UTF-8 cannot carry: it is left alone. */
  #plain(text: string): boolean {
    this.#reserve(text.length * MOST_BYTES_A_UNIT + 2)
    const start = this.#length + 1
    const end = start + this.#bytes.write(text, start)
    if (end - start !== text.length || this.#hasControls(start, end)) return false
    this.#bytes[start - 1] = QUOTE
    this.#bytes[end] = QUOTE
    this.#length = end + 1
    return true
  }

  /** Whether ASCII has control characters, which JSON escapes: looked for four at a time. */
  #hasControls(start: number, end: number): boolean {
    const first = (start + 3) >> 2
    const last = end >> 2
    if (last <= first) return hasControl(this.#bytes, start, end)
    if (hasControl(this.#bytes, start, first * 4) || hasControl(this.#bytes, last * 4, end)) return true
    return hasControlWord(this.#words, first, last)
  }

  #reserve(more: number): void {
    const needed = this.#length + more
    if (needed > this.#bytes.length) this.#move(2 ** Math.ceil(Math.log2(needed)))
  }

  #move(size: number): void {
    const moved = Buffer.allocUnsafeSlow(size)
    this.#bytes.copy(moved, 0, 0, Math.min(this.#length, size))
    this.#bytes = moved
    this.#words = wordsOf(moved)
  }
}

const USUAL_BYTES = 2 ** 18
/** A frame that is larger leaves no such memory behind. */
const MOST_KEPT_BYTES = 2 ** 22
/** Characters up to which JSON is written without a call. */
const SHORT = 24
const MOST_BYTES_A_UNIT = 3
const LAST_ASCII = 0x7f
const SPACE = 0x20
const QUOTE = 0x22

const wordsOf = ({ buffer, length }: Buffer): Int32Array => new Int32Array(buffer, 0, length >> 2)

function hasControl(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if ((bytes[at] ?? 0) < SPACE) return true
  return false
}

const SPACES = 0x20202020
const HIGH_BITS = 0x80808080

/** Sean Anderson, Bit Twiddling Hacks, "Determine if a word has a byte less than n". */
function hasControlWord(words: Int32Array, from: number, to: number): boolean {
  let found = 0
  for (let at = from; at < to; at++) {
    const word = words[at] ?? 0
    found |= (word - SPACES) & ~word
  }
  return (found & HIGH_BITS) !== 0
}
