import { GymError } from '../../core/data/errors.ts'
import { type PatternNode, parsePattern, type UnitTest } from './pattern-syntax.ts'

/** A state of the automaton; numbers are those of the states that follow. */
type State =
  | { readonly kind: 'unit'; readonly test: UnitTest; readonly next: number }
  | { readonly kind: 'split'; readonly nexts: readonly number[] }
  | { readonly kind: 'begin' | 'end'; readonly next: number }
  | { readonly kind: 'match' }

/** Most states of an automaton, and most sets of states that are remembered. */
const [MOST_STATES, MOST_SETS] = [2000, 2000] as const

/** States that the text so far may have led to, and where each unit leads from there. */
interface StateSet {
  readonly states: readonly number[]
  readonly isMatch: boolean
  readonly next: Map<number, StateSet>
}

/**
 * Whether a text has a part that a regular expression matches, whatever the case, in time that is linear in the text:
 * the expression may be anyone's. Thompson, "Regular expression search algorithm" (1968), with the sets of states that
 * occur made once, as in Cox, "Regular expression matching can be simple and fast" (2007).
 */
export class Pattern {
  readonly #states: State[] = []
  readonly #first: number
  readonly #sets = new Map<string, StateSet>()
  readonly #begin: StateSet

  /** @throws GymError FRAME_INVALID, as `parsePattern`, and for one that is too large */
  constructor(pattern: string) {
    const match = this.#add({ kind: 'match' })
    this.#first = this.#compiled(parsePattern(pattern), match)
    this.#begin = this.#setOf(this.#reached([this.#first], { isBegin: true, isEnd: false }))
  }

  test(text: string): boolean {
    const units = text.toLowerCase()
    let set = this.#begin
    for (let at = 0; at < units.length; at++) {
      if (set.isMatch) return true
      set = this.#after(set, units.charCodeAt(at))
    }
    return set.isMatch || this.#hasMatch(this.#reached(set.states, { isBegin: units === '', isEnd: true }))
  }

  #after(set: StateSet, unit: number): StateSet {
    const known = set.next.get(unit)
    if (known) return known
    const led = set.states.flatMap((number) => {
      const state = this.#states[number]
      return state?.kind === 'unit' && state.test(unit) ? [state.next] : []
    })
    const next = this.#setOf(this.#reached([...led, this.#first], { isBegin: false, isEnd: false }))
    set.next.set(unit, next)
    return next
  }

  #setOf(states: readonly number[]): StateSet {
    const key = states.join(' ')
    const known = this.#sets.get(key)
    if (known) return known
    if (this.#sets.size >= MOST_SETS) this.#forget()
    const set = { states, isMatch: this.#hasMatch(states), next: new Map<number, StateSet>() }
    this.#sets.set(key, set)
    return set
  }

  #forget(): void {
    for (const { next } of this.#sets.values()) next.clear()
    this.#sets.clear()
  }

  readonly #hasMatch = (states: readonly number[]): boolean =>
    states.some((number) => this.#states[number]?.kind === 'match')

  /** States that are reached without a unit, in order; `end` stays for the end of the text. */
  #reached(from: readonly number[], { isBegin, isEnd }: { readonly isBegin: boolean; readonly isEnd: boolean }) {
    const seen = new Set<number>()
    const left = [...from]
    for (let number = left.pop(); number !== undefined; number = left.pop()) {
      if (seen.has(number)) continue
      seen.add(number)
      const state = this.#states[number]
      if (state?.kind === 'split') left.push(...state.nexts)
      if (state?.kind === 'begin' && isBegin) left.push(state.next)
      if (state?.kind === 'end' && isEnd) left.push(state.next)
    }
    return [...seen].filter((number) => this.#states[number]?.kind !== 'split').toSorted((a, b) => a - b)
  }

  #add(state: State): number {
    if (this.#states.length >= MOST_STATES) throw new GymError('FRAME_INVALID', 'the pattern is too large')
    return this.#states.push(state) - 1
  }

  /** Number of the state where a node begins that leads to another state. */
  #compiled(node: PatternNode, next: number): number {
    switch (node.kind) {
      case 'unit':
        return this.#add({ kind: 'unit', test: node.test, next })
      case 'all':
        return node.parts.reduceRight((after, part) => this.#compiled(part, after), next)
      case 'any':
        return this.#add({ kind: 'split', nexts: node.parts.map((part) => this.#compiled(part, next)) })
      case 'repeat':
        return this.#repeated(node, next)
      default:
        return this.#add({ kind: node.kind, next })
    }
  }

  #repeated({ part, least, most }: Extract<PatternNode, { kind: 'repeat' }>, next: number): number {
    let begin = most === Number.POSITIVE_INFINITY ? this.#loop(part, next) : next
    for (let time = least; time < most && most !== Number.POSITIVE_INFINITY; time++)
      begin = this.#add({ kind: 'split', nexts: [this.#compiled(part, begin), next] })
    for (let time = 0; time < least; time++) begin = this.#compiled(part, begin)
    return begin
  }

  #loop(part: PatternNode, next: number): number {
    const nexts = [next]
    const begin = this.#add({ kind: 'split', nexts })
    nexts.push(this.#compiled(part, begin))
    return begin
  }
}
