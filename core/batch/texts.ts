/**
 * Numbers texts from 0 on, in order of first appearance. A Map would hash every character of every text, which costs
 * more than all else where pages are long and each row brings a string of its own. Here texts are compared by their
 * length and a sample of characters first, and in full, which is fast, only where those agree. Where many
 * texts agree in their samples it switches to a Map, so that time stays linear.
 */
export class TextNumbers {
  #slots = new Int32Array(256).fill(EMPTY)
  #hashes = new Int32Array(128)
  readonly #texts: string[] = []
  #whole: Map<string, number> | null = null

  /** By number. */
  get texts(): readonly string[] {
    return this.#texts
  }

  numberOf(text: string): number {
    return this.#whole ? this.#numberIn(this.#whole, text) : this.#sampled(text)
  }

  #sampled(text: string): number {
    const hash = sampleHash(text)
    const mask = this.#slots.length - 1
    let lookalikes = 0
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = this.#slots[slot] ?? EMPTY
      if (number === EMPTY) return this.#add(text, hash, slot)
      if (this.#hashes[number] !== hash) continue
      if (this.#texts[number] === text) return number
      if (++lookalikes > MOST_LOOKALIKES) return this.#numberIn(this.#goOver(), text)
    }
  }

  #add(text: string, hash: number, slot: number): number {
    const number = this.#texts.push(text) - 1
    this.#slots[slot] = number
    this.#hashes[number] = hash
    if (2 * this.#texts.length >= this.#slots.length) this.#grow()
    return number
  }

  #grow(): void {
    const hashes = this.#hashes
    this.#hashes = new Int32Array(2 * hashes.length)
    this.#hashes.set(hashes)
    this.#slots = new Int32Array(2 * this.#slots.length).fill(EMPTY)
    const mask = this.#slots.length - 1
    for (let number = 0; number < this.#texts.length; number++) {
      let slot = (this.#hashes[number] ?? 0) & mask
      while (this.#slots[slot] !== EMPTY) slot = (slot + 1) & mask
      this.#slots[slot] = number
    }
  }

  #goOver(): Map<string, number> {
    this.#whole = new Map(this.#texts.map((text, number) => [text, number]))
    return this.#whole
  }

  #numberIn(whole: Map<string, number>, text: string): number {
    const known = whole.get(text)
    if (known !== undefined) return known
    const number = this.#texts.push(text) - 1
    whole.set(text, number)
    return number
  }
}

const EMPTY = -1
const EDGE = 32
const MOST_LOOKALIKES = 8

/** A hash of the length, both ends, and characters at even distances between them. */
function sampleHash(text: string): number {
  const { length } = text
  if (length <= 3 * EDGE) return hashOfSpan(text, 0, length, 1, length)
  const inner = (length - 2 * EDGE) / EDGE
  const head = hashOfSpan(text, 0, EDGE, 1, length)
  const middle = hashOfSpan(text, EDGE, length - EDGE, Math.max(1, Math.floor(inner)), head)
  return hashOfSpan(text, length - EDGE, length, 1, middle)
}

function hashOfSpan(text: string, start: number, end: number, stride: number, seed: number): number {
  let hash = seed
  for (let at = start; at < end; at += stride) hash = Math.imul(hash ^ text.charCodeAt(at), 0x9e3779b1) ^ (hash >>> 15)
  return hash ^ (hash >>> 16)
}
