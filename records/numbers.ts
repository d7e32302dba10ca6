import type { Json } from '../core/data/types.ts'
import { type Field, finiteOf, listOf } from './check.ts'

/** Log-probabilities may be infinite, which JSON has no number for: those are written as words. */
export function encodeNumbers(values: readonly number[]): Json {
  return values.every(Number.isFinite) ? values : values.map(encodeNumber)
}

export const encodeNumber = (value: number): Json => (Number.isFinite(value) ? value : String(value))

export const numbersOf = (value: Field, what: string): readonly number[] => listOf(value, what, numberOf)

export function numberOf(value: Field, what: string): number {
  return (typeof value === 'string' ? WORDS.get(value) : undefined) ?? finiteOf(value, what)
}

const WORDS: ReadonlyMap<string, number> = new Map(
  [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((value) => [String(value), value]),
)
