import { type AnchorColumn, NO_ANCHOR, type StepBatch } from '../../core/batch/index.ts'
import type { AnchorReport, Diagnostics } from '../../core/data/diagnostics.ts'
import type { JsonObject } from '../../core/data/types.ts'
import { type Grouping, NO_GROUP, sizesOf } from '../grouping/grouping.ts'
import { PairNumbers } from '../grouping/pairs.ts'
import { boundsOf, largestOf, type Mode, settled } from './rounding.ts'
import type { Scope } from './scope.ts'

/** What an estimator knows of its result beyond the numbers. */
export interface DiagnosticNotes {
  /** The anchor that it compares steps at. */
  readonly anchor?: { readonly name: string; readonly column: AnchorColumn }
  /** Whether an anchor that merges several states makes the result wrong rather than noisy. */
  readonly trustsAnchors?: boolean
  /** Groups of comparable steps. */
  readonly stepGroups?: Grouping
  /** Values whose equality within a group of trajectories leaves nothing to learn. */
  readonly scores?: Float64Array
  readonly warnings?: readonly string[]
}

export interface Diagnosed {
  readonly estimator: string
  readonly options: JsonObject
  readonly batch: StepBatch
  readonly scope: Scope
  readonly notes: DiagnosticNotes
}

export function diagnose({ estimator, options, batch, scope, notes }: Diagnosed): Diagnostics {
  const masked = scope.mask.reduce((count, used) => count + (used ? 0 : 1), 0)
  const copies = batch.copyOf?.reduce((count, original, row) => count + (original === row ? 0 : 1), 0) ?? 0
  const anchor = notes.anchor ? anchorReport(batch, scope, notes.anchor.name, notes.anchor.column) : null
  const general = masked === batch.rowCount ? ['no row is usable: every advantage is masked'] : []
  return {
    estimator,
    options,
    signals: scope.consumed,
    rows: { total: batch.rowCount, masked, copies, ...chargedRows(batch, scope, options) },
    groups: groupReport(batch, scope, notes.scores, options.mode === 'reference' ? 'reference' : 'paper'),
    stepGroups: notes.stepGroups ? stepGroupReport(notes.stepGroups) : null,
    anchor,
    nulls: scope.nulls,
    truncated: batch.trajectories.isTruncated.reduce((count, each) => count + each, 0),
    leftOut: batch.leftOut,
    warnings: [...general, ...anchorWarnings(anchor, notes.trustsAnchors ?? false), ...(notes.warnings ?? [])],
  }
}

function chargedRows({ isActionValid }: StepBatch, scope: Scope, { invalidActionPenalty = 0 }: JsonObject) {
  const { mask, penalty = invalidActionPenalty, withoutTokens = 0 } = scope
  const charged = isActionValid.reduce((count, isValid, row) => count + (mask[row] && !isValid ? 1 : 0), 0)
  return { penalised: penalty === 0 ? 0 : charged, withoutTokens }
}

function groupReport(
  batch: StepBatch,
  scope: Scope,
  scores: Float64Array | undefined,
  mode: Mode,
): Diagnostics['groups'] {
  const sizes = new Int32Array(batch.groups.length)
  for (const group of batch.trajectories.groupOf) sizes[group] = (sizes[group] ?? 0) + 1
  const [least, most] = [sizes.reduce((a, b) => Math.min(a, b)), sizes.reduce((a, b) => Math.max(a, b))]
  return {
    total: sizes.length,
    sizes: { least, most, mean: batch.trajectories.ids.length / sizes.length },
    tooSmall: scope.smallGroups,
    usable: scope.usable,
    zeroVariance: scores ? constantGroups(scope.episodes, scores, mode) : null,
  }
}

/** Groups with members that all agree within rounding. */
function constantGroups(episodes: Grouping, scores: Float64Array, mode: Mode): number {
  const { least, greatest } = boundsOf(episodes, scores)
  const largest = largestOf(episodes, scores)
  const isConstant = (low: number, group: number): boolean =>
    low !== Infinity && settled((greatest[group] ?? 0) - low, largest[group] ?? 0, mode) === 0
  return least.reduce((total, low, group) => total + (isConstant(low, group) ? 1 : 0), 0)
}

function stepGroupReport(stepGroups: Grouping): NonNullable<Diagnostics['stepGroups']> {
  const sizes = sizesOf(stepGroups)
  return {
    total: sizes.length,
    singletons: sizes.reduce((count, size) => count + (size === 1 ? 1 : 0), 0),
    largest: sizes.reduce((a, b) => Math.max(a, b), 0),
  }
}

function anchorReport(batch: StepBatch, { episodes }: Scope, name: string, column: AnchorColumn): AnchorReport {
  const states = new PairNumbers()
  const stateOf = Int32Array.from(column.ids, (anchor, row) => {
    const group = episodes.ids[row] ?? NO_GROUP
    return group === NO_GROUP || anchor === NO_ANCHOR ? NO_GROUP : states.numberOf(group, anchor)
  })
  const sizes = sizesOf({ ids: stateOf, count: states.count })
  const usable = sizes.reduce((sum, size) => sum + size, 0)
  const repeated = sizes.reduce((sum, size) => sum + (size > 1 ? size : 0), 0)
  const aliasing = batch.actions ? aliasingOf(stateOf, batch.actions, column.nextIds) : null
  return {
    name,
    repeatedShare: usable > 0 ? repeated / usable : null,
    pairs: aliasing?.pairs ?? null,
    aliasedPairs: aliasing?.aliased ?? null,
  }
}

/** Anchor and action pairs that led to several next anchors: by chance, or because an anchor merges states. */
function aliasingOf(stateOf: Int32Array, actions: Int32Array, nextIds: Int32Array) {
  const pairs = new PairNumbers()
  const nextOf: number[] = []
  const isAliased: boolean[] = []
  for (let row = 0; row < stateOf.length; row++) {
    const [state, next] = [stateOf[row] ?? NO_GROUP, nextIds[row] ?? NO_ANCHOR]
    if (state === NO_GROUP || next === NO_ANCHOR) continue
    const pair = pairs.numberOf(state, actions[row] ?? 0)
    nextOf[pair] ??= next
    if (nextOf[pair] !== next) isAliased[pair] = true
  }
  return { pairs: pairs.count, aliased: isAliased.filter(Boolean).length }
}

function anchorWarnings(anchor: AnchorReport | null, trustsAnchors: boolean): readonly string[] {
  if (anchor === null) return []
  const { name, repeatedShare, pairs, aliasedPairs } = anchor
  const alone = `the anchor ${name} never repeats within a group: no step is compared with another`
  const merged = `${aliasedPairs} of ${pairs} pairs of anchor and action led to several next anchors: where ${name} merges states, this method is wrong, not only noisy; lower the weight of its step part`
  return [...(repeatedShare === 0 ? [alone] : []), ...(trustsAnchors && (aliasedPairs ?? 0) > 0 ? [merged] : [])]
}
