import type { StepBatch } from '../../core/batch/index.ts'
import { anchorGroups } from '../grouping/anchor.ts'
import { pathNeed } from './anchor-needs.ts'
import { transitionEvidence } from './anchor-transitions.ts'
import { evidenceGroups, trustOf } from './anchor-trust.ts'
import { type Baselines, carriedBaselines } from './carried-baseline.ts'
import { choiceWeights } from './choice-weights.ts'
import type { Estimate } from './estimator.ts'
import { type Explained, type Peer, peersOf, type Term } from './explanation.ts'
import { type GroupSteps, groupSteps } from './group-steps.ts'
import { COMMON, choice, flag, name, number, type OptionsOf, PENALTY } from './options.ts'
import { penalised } from './penalty.ts'
import { largestOf, settledRows } from './rounding.ts'
import { scopeOf } from './scope.ts'
import {
  actionColumn,
  anchorColumn,
  discountedReturns,
  episodeScores,
  spread,
  stepSignal,
  withCopies,
} from './signals.ts'

/** Options of both closures of evidence, with the defaults of the first. */
export const EVIDENCE = {
  ...COMMON,
  reward: name('env'),
  anchor: name('text'),
  averaging: number(10, 1),
  /** Whether it counts as evidence on anchors where choices led. */
  transitions: flag(false),
  /** Weight of choices that several trajectories made, times the root of trust: they count up to 1 + that times. */
  repetition: number(0, 0, 1e6),
  /** Unit of the advantages: the reward's, or their root mean square over the batch. */
  scale: choice('reward', ['reward', 'rms']),
  invalidActionPenalty: PENALTY,
} as const

export type EvidenceOptions = OptionsOf<typeof EVIDENCE>

/** Advantages of the closure of evidence: blended returns less carried baselines, weighted and scaled. */
export function evidenceClosure(batch: StepBatch, options: EvidenceOptions): Estimate {
  const { column, scope, parts, predicted, weighted } = closureOf(batch, options)
  const advantages = options.scale === 'rms' ? inRootMeanSquares(weighted, scope.mask) : weighted
  return {
    advantages: penalised(batch, scope, advantages, options.invalidActionPenalty),
    parts,
    scope,
    scores: spread(batch, episodeScores(batch, options.reward)).values,
    stepGroups: anchorGroups(scope.episodes, column),
    anchor: { name: options.anchor, column },
    warnings: predicted > 0 ? [] : [NOTHING_PREDICTED],
  }
}

/** Terms of the advantage of a row, and the rows at the same anchor. */
export function explainedClosure(batch: StepBatch, row: number, options: EvidenceOptions): Explained {
  const closure = closureOf(batch, options)
  const { scope, weights, weighted } = closure
  const scaling: Scaling = {
    times: weights ? { weight: weights[row] ?? 1 } : {},
    over: options.scale === 'rms' ? { scale: rootMeanSquareOf(weighted, scope.mask) } : {},
  }
  return {
    terms: [...closureTerms(closure, row, scaling), ...penaltyTerms(batch, row, options)],
    peers: anchorPeers(closure, row),
  }
}

/** What figures of a row are multiplied and divided by, by names for formulas. */
export interface Scaling {
  readonly times: Readonly<Record<string, number>>
  readonly over: Readonly<Record<string, number>>
}

/** Blended return of a row less its baseline, as terms. */
export function closureTerms({ parts }: Pick<ClosureFigures, 'parts'>, row: number, scaling: Scaling): readonly Term[] {
  const trust = parts.trust[row] ?? 0
  return [
    scaledTerm('return', { blended: parts.returns[row] ?? 0 }, scaling, { trust }),
    negated(scaledTerm('baseline', { baseline: parts.baseline[row] ?? 0 }, scaling)),
  ]
}

/** A term of one figure, scaled. @param seen what else is shown beside it */
export function scaledTerm(
  name: string,
  figure: Readonly<Record<string, number>>,
  { times, over }: Scaling,
  seen: Readonly<Record<string, number>> = {},
): Term {
  const factors = { ...times, ...figure }
  return {
    name,
    formula: [Object.keys(factors).join(' × '), ...Object.keys(over)].join(' / '),
    inputs: { ...figure, ...seen, ...times, ...over },
    value: Object.values(over).reduce((value, by) => value / by, productOf(Object.values(factors))),
  }
}

const negated = ({ formula, value, ...term }: Term): Term => ({ ...term, formula: `−${formula}`, value: -value })
const productOf = (values: readonly number[]): number => values.reduce((product, value) => product * value, 1)

/** Penalty of an invalid action, as a term; none for a valid one. */
export function penaltyTerms(batch: StepBatch, row: number, options: EvidenceOptions): readonly Term[] {
  const penalty = batch.isActionValid[row] ? 0 : options.invalidActionPenalty
  return penalty === 0 ? [] : [{ name: 'penalty', formula: '−penalty', inputs: { penalty }, value: -penalty }]
}

/** Rows at the anchor of a row, with their blended returns. */
export const anchorPeers = ({ scope, column, parts }: ClosureFigures, row: number): readonly Peer[] =>
  peersOf(anchorGroups(scope.episodes, column), parts.returns, row)

type ClosureFigures = ReturnType<typeof closureOf>

/** Blended returns and baselines of a batch, the rows that have them, and what each leads its baseline by, weighted. */
export function closureOf(batch: StepBatch, options: EvidenceOptions) {
  const column = anchorColumn(batch, options.anchor)
  const rewards = stepSignal(batch, options.reward)
  const needs = [
    { signal: options.reward, column: discountedReturns(batch, rewards, 1) },
    pathNeed(batch, options.anchor, column),
  ]
  const scope = scopeOf(batch, needs, options)
  const unit = unitOf(scope.mask, rewards.values)
  const scaled = { ...rewards, values: rewards.values.map((value) => value / unit) }
  const groups = groupSteps({ batch, episodes: scope.episodes, column, actions: actionColumn(batch), rewards: scaled })
  const seen = options.transitions ? transitionEvidence(evidenceGroups(groups), column) : 0
  const { trust, predicted } = trustOf(groups, options.averaging, seen)
  const parts = { ...blendedRows(batch, groups, trust, unit), trust: new Float64Array(batch.rowCount).fill(trust) }
  const leads = parts.returns.map((value, row) => value - (parts.baseline[row] ?? 0))
  const largest = largestOf(scope.episodes, parts.returns, parts.baseline)
  const settled = settledRows(scope.episodes, leads, largest, options.mode)
  const weights = options.repetition > 0 ? choiceWeights(batch, groups, options.repetition * Math.sqrt(trust)) : null
  const weighted = weights ? settled.map((value, row) => (weights[row] ?? 1) * value) : settled
  return { column, scope, parts, predicted, weights, weighted, groups, trust, unit }
}

export const NOTHING_PREDICTED =
  'no action was taken by two trajectories of a group at the same anchor: nothing says how far anchors can be trusted'

/** Divided by the root of their mean square over the rows of a mask; as they are where that is 0. */
export function inRootMeanSquares(values: Float64Array, mask: Uint8Array): Float64Array {
  const { largest, root } = rootOf(values, mask)
  return values.map((value) => value / largest / root)
}

/** The root of a mean square over the rows of a mask; 1 where that is 0. */
export function rootMeanSquareOf(values: Float64Array, mask: Uint8Array): number {
  const { largest, root } = rootOf(values, mask)
  return largest * root
}

/** The root of a mean square in units of the largest value: no square leaves the range of numbers. 1 and 1 for nothing but 0. */
function rootOf(values: Float64Array, mask: Uint8Array) {
  const largest = values.reduce((most, value, row) => (mask[row] ? Math.max(most, Math.abs(value)) : most), 0)
  if (largest === 0) return { largest: 1, root: 1 }
  let [squares, count] = [0, 0]
  values.forEach((value, row) => {
    if (!mask[row]) return
    squares += (value / largest) ** 2
    count++
  })
  return { largest, root: Math.sqrt(squares / count) }
}

/** The power of two nearest below the largest reward: in its units no square of a square leaves the range of numbers. */
function unitOf(mask: Uint8Array, rewards: Float64Array): number {
  const largest = rewards.reduce((most, value, row) => (mask[row] ? Math.max(most, Math.abs(value)) : most), 0)
  return largest === 0 ? 1 : 2 ** Math.max(-1000, Math.floor(Math.log2(largest)))
}

/** Blended returns and baselines, aligned with the rows; a copy has its original's. */
function blendedRows(batch: StepBatch, groups: readonly GroupSteps[], trust: number, unit: number) {
  const found = groups.map((steps) => ({ steps, ...carriedBaselines(steps, trust) }))
  const borneOut = shareBorneOut(found)
  const [returns, baseline] = [new Float64Array(batch.rowCount), new Float64Array(batch.rowCount)]
  for (const { steps, group, anchored, returns: blended } of found)
    steps.rows.forEach((row, at) => {
      returns[row] = unit * (blended[at] ?? 0)
      baseline[row] = unit * ((group[at] ?? 0) + borneOut * ((anchored[at] ?? 0) - (group[at] ?? 0)))
    })
  return { returns: withCopies(batch, returns), baseline: withCopies(batch, baseline) }
}

/** Least squares of plain returns, less the group's baseline, on what anchors add to it: from 0 to 1. */
function shareBorneOut(found: readonly (Baselines & { readonly steps: GroupSteps })[]): number {
  let [together, squares] = [0, 0]
  for (const { steps, group, anchored } of found)
    anchored.forEach((value, at) => {
      const added = value - (group[at] ?? 0)
      together += added * ((steps.returns[at] ?? 0) - (group[at] ?? 0))
      squares += added * added
    })
  return squares > 0 ? Math.min(1, Math.max(0, together / squares)) : 0
}
