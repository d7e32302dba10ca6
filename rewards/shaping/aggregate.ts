import { Fields, kindOf } from './fields.ts'
import { type Column, type Measures, type Subject, unknown } from './measures.ts'

/** How a signal becomes one number of a trajectory, where that needs no number of its own. */
export const PLAIN_AGGREGATES = ['sum', 'mean', 'min', 'max', 'product', 'last', 'outcome'] as const
export type PlainAggregate = (typeof PLAIN_AGGREGATES)[number]

/**
 * How a signal becomes one number of a trajectory: over its steps in order, or, `outcome`, as the one value that the
 * trajectory itself has of it (outcome hooks, group hooks). `discounted` is the sum of gamma^t x_t; `softmin` the mean
 * with weights exp(-x / temperature), which approaches `min` as the temperature falls.
 */
export type Aggregate =
  | PlainAggregate
  | { readonly kind: 'discounted'; readonly gamma: number }
  | { readonly kind: 'softmin'; readonly temperature: number }

/** @throws GymError CONFIG_INVALID */
export function parseAggregate(fields: Fields, name: string): Aggregate {
  const value = fields.at(name)
  if (typeof value !== 'object') return fields.oneOf(name, PLAIN_AGGREGATES)
  const path = fields.path(name)
  if (kindOf(path, value, ['discounted', 'softmin']) === 'discounted') {
    const gamma = new Fields(path, value, ['kind', 'gamma']).numberWithin('gamma', 0, 1)
    return { kind: 'discounted', gamma }
  }
  const temperature = new Fields(path, value, ['kind', 'temperature']).numberWithin('temperature', 1e-12, Infinity)
  return { kind: 'softmin', temperature }
}

/** One number of a column. It is known only where every value that it is made of is. */
export function aggregated({ subject, measures }: Column, signal: string, aggregate: Aggregate): Column {
  const beside = (other: string): Measures => subject.outcome(other)
  return { subject, measures: folded(subject, measures, signal, aggregate), beside }
}

function folded({ indexes }: Subject, { values, missing }: Measures, signal: string, aggregate: Aggregate): Measures {
  if (values.length === 0) return unknown({ signal, index: null, reason: 'no-steps' })
  const needed = aggregate === 'last' ? values.slice(-1) : values
  const known = needed.filter((value) => value !== null)
  if (known.length === needed.length) return { values: [fold(known, aggregate)], missing: [] }
  const last = indexes.at(-1)
  return { values: [null], missing: aggregate === 'last' ? missing.filter(({ index }) => index === last) : missing }
}

function fold(values: readonly number[], aggregate: Aggregate): number {
  if (typeof aggregate === 'string') return FOLDS[aggregate](values)
  if (aggregate.kind === 'discounted') return values.reduceRight((later, value) => value + aggregate.gamma * later, 0)
  return softmin(values, aggregate.temperature)
}

/** PURE's min form (arXiv 2504.15275): sum of x softmax(-x / temperature), here of whole trajectories. */
function softmin(values: readonly number[], temperature: number): number {
  const least = FOLDS.min(values)
  const weights = values.map((value) => Math.exp((least - value) / temperature))
  const total = values.reduce((sum, value, at) => sum + value * (weights[at] ?? 0), 0)
  return total / FOLDS.sum(weights)
}

type Fold = (values: readonly number[]) => number

const sum: Fold = (values) => values.reduce((total, value) => total + value, 0)
const last: Fold = (values) => values.at(-1) ?? Number.NaN

/** Each of at least one value; that of an outcome is the only one. */
const FOLDS: Readonly<Record<PlainAggregate, Fold>> = {
  sum,
  mean: (values) => sum(values) / values.length,
  min: (values) => values.reduce((least, value) => Math.min(least, value)),
  max: (values) => values.reduce((most, value) => Math.max(most, value)),
  product: (values) => values.reduce((product, value) => product * value),
  last,
  outcome: last,
}
