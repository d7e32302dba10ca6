import type { StepBatch } from '../../core/batch/index.ts'
import { NO_GROUP, sizesOf } from '../grouping/grouping.ts'
import { normalisedTerm, type Term } from './explanation.ts'
import { firstRows } from './outcome.ts'
import type { Mode } from './rounding.ts'
import type { Scope } from './scope.ts'
import { type NormalisedOptions, normalised } from './statistics.ts'

interface RelativeOptions {
  readonly norm: 'mean_std_norm' | 'mean_norm'
  readonly epsilon: number
  /** Whether every row enters a group's mean, so that long trajectories weigh more, or one row a trajectory. */
  readonly crossSteps: boolean
  /** @default 'paper' */
  readonly mode?: Mode
}

/** GRPO's advantage: scores against their group's mean, in units of its deviation. A group of one keeps its score. */
export const groupRelative = (
  batch: StepBatch,
  scope: Scope,
  scores: Float64Array,
  options: RelativeOptions,
): Float64Array => normalised(scope.episodes, scores, ruleOf(batch, scope, options))

/** The term of a row that `groupRelative` computes. */
export const relativeTerm = (
  batch: StepBatch,
  scope: Scope,
  scores: Float64Array,
  options: RelativeOptions,
  row: number,
): Term => {
  const rule = { grouping: scope.episodes, values: scores, options: ruleOf(batch, scope, options), figure: 'score' }
  return normalisedTerm('episode', rule, row)
}

function ruleOf(
  batch: StepBatch,
  { mask }: Scope,
  { norm, epsilon, crossSteps, mode = 'paper' }: RelativeOptions,
): NormalisedOptions {
  const members = crossSteps ? {} : { isMember: firstRows(batch, mask) }
  return { norm, epsilon, single: 'value', mode, ...members }
}

/** RLOO's advantage: scores against the mean of the others of their group. A group of one keeps its score. */
export function leaveOneOut(
  batch: StepBatch,
  scope: Scope,
  scores: Float64Array,
  crossSteps: boolean,
  mode: Mode = 'paper',
): Float64Array {
  const { rule, sizes } = othersRule(batch, scope, crossSteps, mode)
  return normalised(scope.episodes, scores, rule).map((centred, row) => {
    const size = sizes[scope.episodes.ids[row] ?? NO_GROUP] ?? 0
    return size > 1 ? (centred * size) / (size - 1) : centred
  })
}

/** The term of a row that `leaveOneOut` computes. */
export function leaveOneOutTerm(
  batch: StepBatch,
  scope: Scope,
  scores: Float64Array,
  { crossSteps, mode }: { readonly crossSteps: boolean; readonly mode: Mode },
  row: number,
): Term {
  const { rule, sizes } = othersRule(batch, scope, crossSteps, mode)
  const centred = normalisedTerm(
    'episode',
    { grouping: scope.episodes, values: scores, options: rule, figure: 'score' },
    row,
  )
  const count = sizes[scope.episodes.ids[row] ?? NO_GROUP] ?? 0
  if (count <= 1) return centred
  const formula = `(${centred.formula}) × count / (count − 1)`
  return { ...centred, formula, inputs: { ...centred.inputs, count }, value: (centred.value * count) / (count - 1) }
}

function othersRule(batch: StepBatch, { mask, episodes }: Scope, crossSteps: boolean, mode: Mode) {
  const isMember = crossSteps ? mask : firstRows(batch, mask)
  const rule = { norm: 'mean_norm', epsilon: 0, single: 'value', isMember, mode } as const
  const ids = episodes.ids.map((group, row) => (isMember[row] ? group : NO_GROUP))
  return { rule, sizes: sizesOf({ ...episodes, ids }) }
}
