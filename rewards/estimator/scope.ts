import type { SignalColumn, StepBatch } from '../../core/batch/index.ts'
import { GymError } from '../../core/data/errors.ts'
import { episodeGroups } from '../grouping/episode.ts'
import type { Grouping } from '../grouping/grouping.ts'

/** A value that rows are judged by. */
export interface Need {
  /** Name in messages and diagnostics. */
  readonly signal: string
  /** Row-aligned. */
  readonly column: SignalColumn
  /** Whether a row takes part without it: nulls are then counted, and keep no row out. @default false */
  readonly isOptional?: boolean
  /** Whether it is a column rather than a signal: it is then reported only where it has nulls. @default false */
  readonly isColumn?: boolean
}

/** The rows that take part, and why others do not. */
export interface Scope {
  readonly mask: Uint8Array
  readonly episodes: Grouping
  readonly consumed: readonly string[]
  /** Rows without a value, by signal. */
  readonly nulls: Readonly<Record<string, number>>
  /** Groups masked because too few of their trajectories are usable. */
  readonly smallGroups: number
  /** Usable trajectories of the group that has the most, and how many a group needs. */
  readonly usable: { readonly most: number; readonly needed: number }
  /** What came off the value of a row whose action was invalid, where the option invalidActionPenalty does not say. */
  readonly penalty?: number
  /** Rows masked because their action has no tokens; what they were paid still counts. @default 0 */
  readonly withoutTokens?: number
}

export interface ScopeOptions {
  readonly mode: 'paper' | 'reference'
  readonly onNull: 'drop-trajectory' | 'drop-row' | 'error'
  readonly minGroupSize: number
}

/**
 * Selects rows: those whose needs are all known, of groups with enough usable trajectories.
 * @throws GymError SIGNAL_MISSING under `onNull: 'error'`, naming the row.
 */
export function scopeOf(batch: StepBatch, needs: readonly Need[], options: ScopeOptions): Scope {
  const mask = new Uint8Array(batch.rowCount).fill(1)
  for (const need of needs) if (!need.isOptional) applyNeed(batch, need, options.onNull, mask)
  if (options.onNull === 'drop-trajectory') dropTrajectories(batch, mask)
  const needed = options.mode === 'reference' ? 1 : options.minGroupSize
  const usable = usableTrajectories(batch, mask)
  dropSmallGroups(batch, mask, usable, needed)
  const counts = needs.map((need) => ({ ...need, nulls: countZeros(need.column.known) }))
  const nulls = counts.filter((need) => !need.isColumn || need.nulls > 0).map((need) => [need.signal, need.nulls])
  return {
    mask,
    episodes: episodeGroups(batch, mask),
    consumed: [...new Set(needs.flatMap(({ signal, isColumn = false }) => (isColumn ? [] : [signal])))],
    nulls: Object.fromEntries(nulls),
    smallGroups: usable.reduce((count, size) => count + (size < needed ? 1 : 0), 0),
    usable: { most: usable.reduce((a, b) => Math.max(a, b), 0), needed },
  }
}

function applyNeed(batch: StepBatch, { signal, column }: Need, onNull: ScopeOptions['onNull'], mask: Uint8Array): void {
  for (let row = 0; row < mask.length; row++) {
    if (column.known[row]) continue
    if (onNull === 'error') throw valueMissing(batch, signal, row)
    mask[row] = 0
  }
}

function valueMissing({ trajectories, trajectoryOf, stepIndex, sourceRow }: StepBatch, signal: string, row: number) {
  const where = `row ${sourceRow[row]} (step ${stepIndex[row]} of ${trajectories.ids[trajectoryOf[row] ?? 0]})`
  return new GymError('SIGNAL_MISSING', `${where} needs ${signal}, which is null`)
}

function dropTrajectories({ trajectoryOf, trajectories }: StepBatch, mask: Uint8Array): void {
  const isWhole = new Uint8Array(trajectories.ids.length).fill(1)
  for (let row = 0; row < mask.length; row++) if (!mask[row]) isWhole[trajectoryOf[row] ?? 0] = 0
  for (let row = 0; row < mask.length; row++) mask[row] = isWhole[trajectoryOf[row] ?? 0] ?? 0
}

/** Trajectories of each group that have a row in use. */
function usableTrajectories({ trajectories, trajectoryOf, groups }: StepBatch, mask: Uint8Array): Int32Array {
  const isUsed = new Uint8Array(trajectories.ids.length)
  for (let row = 0; row < mask.length; row++) if (mask[row]) isUsed[trajectoryOf[row] ?? 0] = 1
  const usable = new Int32Array(groups.length)
  for (let t = 0; t < isUsed.length; t++) {
    const group = trajectories.groupOf[t] ?? 0
    usable[group] = (usable[group] ?? 0) + (isUsed[t] ?? 0)
  }
  return usable
}

function dropSmallGroups({ groupOf }: StepBatch, mask: Uint8Array, usable: Int32Array, needed: number): void {
  for (let row = 0; row < mask.length; row++) if ((usable[groupOf[row] ?? 0] ?? 0) < needed) mask[row] = 0
}

const countZeros = (known: Uint8Array): number => known.reduce((count, each) => count + (each ? 0 : 1), 0)
