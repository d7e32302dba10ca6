import { pythonStrip } from '../../core/cpython/text.ts'

/** State of a procedure: a number, a text, or a list of both. */
export type ProcedureState = string | number | readonly (string | number)[]

/**
 * Whether a stated state is the true one, as ProcBench compares them, by the kind of the true one: a whole number with
 * what Python's `int` makes of the stated one, a text with its text, a list element by element as texts. Two empty lists
 * are not the same.
 */
export function isSameState(truth: unknown, stated: unknown): boolean {
  if (stated === null || stated === undefined) return false
  if (typeof truth === 'number') return pythonInt(stated) === truth
  if (typeof truth === 'string') return !Array.isArray(stated) && truth === `${stated}`
  if (!Array.isArray(truth) || !Array.isArray(stated)) return false
  const isLong = truth.length > 0 && truth.length === stated.length
  return isLong && truth.every((item: unknown, at) => `${item}` === `${stated[at]}`)
}

/** `int(value)`: numbers are cut, texts are digits with a sign; NaN for others. */
function pythonInt(value: unknown): number {
  if (typeof value === 'number') return Math.trunc(value)
  if (typeof value !== 'string') return Number.NaN
  const digits = pythonStrip(value)
  return /^[+-]?\d+(_\d+)*$/.test(digits) ? Number(digits.replaceAll('_', '')) : Number.NaN
}

/** ProcBench's measures of the states of a problem, intermediate and final. */
export interface ProcedureScores {
  /** States that are right before the first wrong one. */
  readonly prefixLength: number
  /** The same as a share of the longer of both sequences, 0 to 1. */
  readonly prefixAccuracy: number
  /** States that are right at their place, as a share of the longer of both sequences. */
  readonly matchRatio: number
  readonly isSequenceRight: boolean
  /** Null where no state was stated. */
  readonly isFinalRight: boolean | null
}

/** @param truth one state at least. */
export function procedureScores(truth: readonly unknown[], stated: readonly unknown[]): ProcedureScores {
  const isRight = truth.map((state, at) => isSameState(state, stated[at]))
  const firstWrong = isRight.indexOf(false)
  const prefixLength = firstWrong === -1 ? truth.length : firstWrong
  const longer = Math.max(truth.length, stated.length)
  return {
    prefixLength,
    prefixAccuracy: prefixLength / longer,
    matchRatio: isRight.filter((right) => right).length / longer,
    isSequenceRight: prefixLength === longer,
    isFinalRight: stated.length === 0 ? null : isSameState(truth.at(-1), stated.at(-1)),
  }
}
