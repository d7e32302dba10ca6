import type { StepBatch } from '../../core/batch/index.ts'
import { type Grouping, NO_GROUP } from '../grouping/grouping.ts'
import { firstRows } from './outcome.ts'
import type { Scope } from './scope.ts'
import { momentsOf, type NormalisedOptions, normalised } from './statistics.ts'

/** One summand of an advantage. */
export interface Term {
  readonly name: string
  /** In the names of `inputs`, as in `(score − mean) / (deviation + epsilon)`. */
  readonly formula: string
  readonly inputs: Readonly<Record<string, number>>
  readonly value: number
}

/** A row that another was compared with, and the figure of it that was compared. */
export interface Peer {
  readonly row: number
  readonly value: number
}

/** The computation of one advantage: its terms add up to it in their order, to the last bit. */
export interface Explanation {
  readonly terms: readonly Term[]
  readonly value: number
  /** Rows that were compared, in their order, the explained one among them. */
  readonly peers: readonly Peer[]
}

/** What an estimator says of a row; `explained` adds the value. */
export type Explained = Pick<Explanation, 'terms' | 'peers'>

/**
 * The explanation of an advantage. Where its terms do not add up to it exactly (a quotient of sums, a sum that is 0
 * within rounding), the term `rounding` has the rest.
 */
export function explained({ terms, peers }: Explained, value: number): Explanation {
  const rest = value - totalOf(terms)
  if (rest === 0) return { terms, value, peers }
  const rounding = { name: 'rounding', formula: 'rest', inputs: { rest }, value: rest }
  return { terms: [...terms, rounding], value, peers }
}

/** Sum of the terms, in their order. */
export const totalOf = (terms: readonly Term[]): number => terms.reduce((sum, { value }) => sum + value, 0)

/** A term with a weight; as it is where the weight is 1. */
export function weightedTerm({ name, formula, inputs, value }: Term, weight: number): Term {
  if (weight === 1) return { name, formula, inputs, value }
  return { name, formula: `weight × (${formula})`, inputs: { ...inputs, weight }, value: weight * value }
}

/** What a row is compared by. */
export interface Comparison {
  readonly grouping: Grouping
  readonly values: Float64Array
  readonly options: NormalisedOptions
  /** Name of the compared figure in the formula. */
  readonly figure: string
}

/** The term that `normalised` computes of a row. */
export function normalisedTerm(name: string, { grouping, values, options, figure }: Comparison, row: number): Term {
  const { sizes, means, deviations } = momentsOf(grouping, values, options)
  const group = grouping.ids[row] ?? NO_GROUP
  const value = normalised(grouping, values, options)[row] ?? 0
  const count = sizes[group] ?? 0
  if (count <= 1 && options.single === 'zero') return { name, formula: 'alone', inputs: { alone: 0 }, value }
  const isSingle = count === 1
  const inputs = { [figure]: values[row] ?? 0, mean: isSingle ? 0 : (means[group] ?? 0) }
  if (options.norm === 'mean_norm') return { name, formula: `${figure} − mean`, inputs, value }
  const deviation = isSingle ? 1 : (deviations[group] ?? 0)
  const formula = `(${figure} − mean) / (deviation + epsilon)`
  return { name, formula, inputs: { ...inputs, deviation, epsilon: options.epsilon }, value }
}

/** Rows of the group that a row is in, with their values. @param isMember rows that count; all if left out */
export function peersOf({ ids }: Grouping, values: Float64Array, row: number, isMember?: Uint8Array): readonly Peer[] {
  const group = ids[row] ?? NO_GROUP
  if (group === NO_GROUP) return []
  const peers: Peer[] = []
  for (let other = 0; other < ids.length; other++)
    if (ids[other] === group && (!isMember || isMember[other])) peers.push({ row: other, value: values[other] ?? 0 })
  return peers
}

/** One row of each episode of the group that a row is in, with its score. */
export const episodePeers = (batch: StepBatch, scope: Scope, scores: Float64Array, row: number): readonly Peer[] =>
  peersOf(scope.episodes, scores, row, firstRows(batch, scope.mask))
