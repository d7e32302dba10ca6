import type { NullReason, Reward, Step, Trajectory } from '../../core/types.ts'
import { signalNamed } from '../signals.ts'
import type { Aggregate, Clip } from './recipe.ts'

export interface MissingSignal {
  readonly signal: string
  /** Of the step; null for the trajectory as a whole. */
  readonly index: number | null
  readonly reason: NullReason | 'not-recorded' | 'no-steps'
}

/** Numbers of a trajectory, one a step or one for the whole; null where a signal that they need is missing. */
export interface Measures {
  readonly values: readonly (number | null)[]
  readonly missing: readonly MissingSignal[]
}

/** What is asked of a trajectory: a signal, and the bounds that each of its values is put into. */
export interface Measured {
  readonly signal: string
  readonly clip?: Clip
}

/** A signal of each step. */
export function measureSteps(steps: readonly Step[], wanted: Measured): Measures {
  const each = steps.map(({ rewards, index }) => measure(rewards, index, wanted))
  return { values: each.flatMap(({ values }) => values), missing: each.flatMap(({ missing }) => missing) }
}

/** One number of the whole trajectory. An aggregate is known only where every value that it is made of is. */
export function measureWhole({ steps, rewards }: Trajectory, wanted: Measured, aggregate: Aggregate): Measures {
  if (aggregate === 'outcome') return measure(rewards, null, wanted)
  if (steps.length === 0) return unknown({ signal: wanted.signal, index: null, reason: 'no-steps' })
  const { values, missing } = measureSteps(aggregate === 'last' ? steps.slice(-1) : steps, wanted)
  const known = values.filter((value) => value !== null)
  return missing.length > 0 ? { values: [null], missing } : { values: [FOLDS[aggregate](known)], missing: [] }
}

function measure(rewards: readonly Reward[], index: number | null, { signal, clip }: Measured): Measures {
  const reward = signalNamed(rewards, signal)
  if (reward === undefined) return unknown({ signal, index, reason: 'not-recorded' })
  if (reward.value === null) return unknown({ signal, index, reason: reward.reason })
  return { values: [clipped(reward.value, clip)], missing: [] }
}

const unknown = (missing: MissingSignal): Measures => ({ values: [null], missing: [missing] })

const clipped = (value: number, { low = -Infinity, high = Infinity }: Clip = {}): number =>
  Math.min(Math.max(value, low), high)

type Fold = (values: readonly number[]) => number

const sum: Fold = (values) => values.reduce((total, value) => total + value, 0)

/** Each of at least one value. */
const FOLDS: Readonly<Record<Exclude<Aggregate, 'outcome'>, Fold>> = {
  sum,
  mean: (values) => sum(values) / values.length,
  min: (values) => values.reduce((least, value) => Math.min(least, value)),
  max: (values) => values.reduce((most, value) => Math.max(most, value)),
  product: (values) => values.reduce((product, value) => product * value),
  last: (values) => values.at(-1) ?? Number.NaN,
}
