import { createHash } from 'node:crypto'
import type { Changes } from '../engine/database.ts'
import { type StateDifference, stateDifferences } from './compare.ts'
import { type BfclCall, executeAll } from './execute.ts'
import type { BfclWorld } from './world.ts'

/** Digest of a result, by which results are compared: some have 80,000 characters. */
export type ResultDigest = string

const DIGEST_LENGTH = 16

export const digestOf = (result: string): ResultDigest =>
  createHash('sha256').update(result).digest('base64').slice(0, DIGEST_LENGTH)

/** What the gold calls of one turn lead to. */
export interface GoldTurn {
  /** In order; empty where the user cannot be served in this turn. */
  readonly calls: readonly BfclCall[]
  readonly results: readonly string[]
  readonly digests: readonly ResultDigest[]
  /** Changes after the turn. */
  readonly changes: Changes
}

/** Turns of gold calls, one after the other. */
export function goldTurns(world: BfclWorld, turns: readonly (readonly BfclCall[])[]): readonly GoldTurn[] {
  let changes: Changes = {}
  return turns.map((calls) => {
    const done = executeAll(world, changes, calls)
    changes = done.changes
    const results = done.results.map(({ text }) => text)
    return { calls, results, digests: results.map(digestOf), changes }
  })
}

/** What an agent did, up to the end of a turn. */
export interface PlayedTurn {
  /** Whether it called anything in this turn. */
  readonly hasCalled: boolean
  /** Results of all turns so far. */
  readonly digests: readonly ResultDigest[]
  readonly changes: Changes
}

/** Why a turn is wrong, in BFCL's words. */
export type TurnProblem = 'empty_turn_model_response' | 'instance_state_mismatch' | 'execution_response_mismatch'

export interface TurnVerdict {
  /** Null where the turn is right, or asks for nothing. */
  readonly problem: TurnProblem | null
  readonly differences: readonly StateDifference[]
  /** Positions of gold calls whose result the agent did not get. */
  readonly missing: readonly number[]
}

const RIGHT: TurnVerdict = { problem: null, differences: [], missing: [] }

/**
 * Check of a turn as BFCL's `multi_turn_checker` does it: something was called, the public state of all classes equals
 * that after the gold calls, and each of their results is among all results so far, whatever their order.
 */
export function checkTurn(world: BfclWorld, gold: GoldTurn, played: PlayedTurn): TurnVerdict {
  if (gold.calls.length === 0) return RIGHT
  if (!played.hasCalled) return { ...RIGHT, problem: 'empty_turn_model_response' }
  const differences = stateDifferences(world, gold.changes, played.changes)
  if (differences.length > 0) return { ...RIGHT, problem: 'instance_state_mismatch', differences }
  const missing = missingResults(gold.digests, played.digests)
  return missing.length > 0 ? { ...RIGHT, problem: 'execution_response_mismatch', missing } : RIGHT
}

/** Positions of wanted results without a counterpart of their own. */
function missingResults(wanted: readonly ResultDigest[], found: readonly ResultDigest[]): readonly number[] {
  const left = new Map<ResultDigest, number>()
  for (const digest of found) left.set(digest, (left.get(digest) ?? 0) + 1)
  return wanted.flatMap((digest, at) => {
    const count = left.get(digest) ?? 0
    left.set(digest, count - 1)
    return count > 0 ? [] : [at]
  })
}
