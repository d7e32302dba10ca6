import { shown } from '../../core/data/shown.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'

/** An answer that does not fit what was asked: the action has no score, and others may have one. */
export class UnusableAnswer extends Error {
  override readonly name = 'UnusableAnswer'
}

/** Rounding may lift a log-probability a little above 0. */
const ROUNDING = 1e-3
/** What vLLM writes for the logarithm of 0. */
const LOG_OF_ZERO = -9999

/**
 * A log-probability, at most 0.
 * @param at place of its token, for the message
 * @throws UnusableAnswer for anything else
 */
export function logProbAt(value: Json | undefined, at: number): number {
  const isLogProb = typeof value === 'number' && Number.isFinite(value) && value <= ROUNDING && value > LOG_OF_ZERO
  // Also -0, which no record can hold.
  if (isLogProb) return Math.min(0, value) + 0
  throw new UnusableAnswer(`token ${at} has ${shown(value ?? null)}, which is not a log-probability`)
}

/**
 * Checks that a list of ids is the tokens that were asked for.
 * @throws UnusableAnswer
 */
export function expectIds(found: readonly (Json | undefined)[], expected: readonly number[]): void {
  if (found.length !== expected.length)
    throw new UnusableAnswer(`the endpoint read ${found.length} tokens, not ${expected.length}`)
  const wrong = expected.findIndex((id, at) => found[at] !== id)
  if (wrong >= 0)
    throw new UnusableAnswer(`token ${wrong} of the endpoint is ${shown(found[wrong] ?? null)}, not ${expected[wrong]}`)
}

/** A list, or the reason that there is none. @throws UnusableAnswer */
export function listAt(value: Json | undefined, what: string): readonly Json[] {
  if (Array.isArray(value)) return value
  throw new UnusableAnswer(`the endpoint gives no ${what}`)
}

/** An object; empty for anything else. */
export const recordOf = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && isRecord(value) ? value : {}

const isRecord = (value: JsonObject | readonly Json[]): value is JsonObject => !Array.isArray(value)
