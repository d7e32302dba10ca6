import { type Grouping, NO_GROUP } from './grouping.ts'

/** Numbers pairs of numbers from 0 on, in order of first appearance: an open hash table without an object a pair. */
export class PairNumbers {
  #slots: Int32Array
  #firsts: Int32Array
  #seconds: Int32Array
  #count = 0

  constructor(expected = 64) {
    const size = 2 ** Math.ceil(Math.log2(Math.max(16, expected * 2)))
    this.#slots = new Int32Array(size).fill(EMPTY)
    this.#firsts = new Int32Array(size / 2)
    this.#seconds = new Int32Array(size / 2)
  }

  get count(): number {
    return this.#count
  }

  numberOf(first: number, second: number): number {
    if (this.#count >= this.#firsts.length) this.#grow()
    const slot = this.#slotOf(first, second)
    const known = this.#slots[slot] ?? EMPTY
    if (known !== EMPTY) return known
    const fresh = this.#count++
    this.#slots[slot] = fresh
    this.#firsts[fresh] = first
    this.#seconds[fresh] = second
    return fresh
  }

  #slotOf(first: number, second: number): number {
    const mask = this.#slots.length - 1
    let slot = mixed(first, second) & mask
    for (;;) {
      const number = this.#slots[slot] ?? EMPTY
      if (number === EMPTY || (this.#firsts[number] === first && this.#seconds[number] === second)) return slot
      slot = (slot + 1) & mask
    }
  }

  #grow(): void {
    const [firsts, seconds] = [this.#firsts, this.#seconds]
    this.#slots = new Int32Array(this.#slots.length * 2).fill(EMPTY)
    this.#firsts = new Int32Array(firsts.length * 2)
    this.#seconds = new Int32Array(firsts.length * 2)
    this.#firsts.set(firsts)
    this.#seconds.set(seconds)
    for (let number = 0; number < this.#count; number++)
      this.#slots[this.#slotOf(firsts[number] ?? 0, seconds[number] ?? 0)] = number
  }
}

const EMPTY = -1

function mixed(first: number, second: number): number {
  const low = Math.imul(first ^ (first >>> 15), 0x2c1b3c6d) ^ Math.imul(second ^ (second >>> 13), 0x297a2d39)
  return (low ^ (low >>> 16)) >>> 0
}

/** Rows with equal pairs; a row without one of the two takes no part. */
export function groupedByPair(firsts: Int32Array, seconds: Int32Array): Grouping {
  const numbers = new PairNumbers(Math.min(firsts.length, 1024))
  const ids = new Int32Array(firsts.length)
  for (let row = 0; row < ids.length; row++) {
    const [first, second] = [firsts[row] ?? NO_GROUP, seconds[row] ?? NO_GROUP]
    ids[row] = first < 0 || second < 0 ? NO_GROUP : numbers.numberOf(first, second)
  }
  return { ids, count: numbers.count }
}
