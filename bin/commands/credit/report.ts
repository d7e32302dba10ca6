import type { StepBatch } from '../../../core/batch/index.ts'
import type { Diagnostics } from '../../../core/data/diagnostics.ts'
import {
  type Agreement,
  type Assigned,
  agreements,
  type NoCredit,
  type Spread,
  spreadOf,
  wordsOf,
} from '../../../rewards/credit/index.ts'
import { type Curation, curated } from '../../../rewards/shaping/curation.ts'
import type { RunLosses } from '../../recorded.ts'
import type { Source } from './source.ts'

/** What `stepgym credit` found, as it prints it for machines. */
export interface CreditReport {
  /** The run or batch file. */
  readonly source: string
  readonly steps: number
  readonly trajectories: number
  readonly groups: number
  /** What the record lacks; null for a batch file. */
  readonly losses: RunLosses | null
  readonly recipe: string | null
  /** What filters and mask left out; null where none was asked for. */
  readonly leftOut: LeftOutCounts | null
  /** That the run was recorded with, where none was chosen. */
  readonly recordedRecipe: string | null
  readonly estimators: readonly EstimatorReport[]
  readonly agreement: readonly Agreement[]
  /** What of a batch file was read as something else than was written. */
  readonly readAs: readonly string[]
  /** File of the columns; null where no estimator had any. */
  readonly out: string | null
}

/** What filters and mask left out. */
export interface LeftOutCounts {
  /** Trajectories, by filters. */
  readonly trajectories: number
  /** Steps of the others, by the mask. */
  readonly steps: number
}

/** @throws GymError SIGNAL_MISSING */
export function countsOf(batch: StepBatch, curation: Curation): LeftOutCounts {
  const { leftOut, rows } = curated(batch, curation)
  const isMasked = (row: number): boolean => rows[row] === 0 && leftOut[batch.trajectoryOf[row] ?? 0] === 0
  return {
    trajectories: leftOut.reduce((sum, each) => sum + each, 0),
    steps: Array.from(rows.keys()).filter(isMasked).length,
  }
}

export type EstimatorReport =
  | { readonly name: string; readonly spread: null; readonly diagnostics: null; readonly reason: NoCredit }
  | {
      readonly name: string
      readonly spread: Spread
      readonly diagnostics: Diagnostics
      /** The diagnostics in words. */
      readonly notes: readonly string[]
      readonly reason: null
    }

export interface Found {
  readonly leftOut: LeftOutCounts | null
  readonly recipe: string | null
  readonly losses: RunLosses | null
  readonly assigned: readonly Assigned[]
  readonly out: string | null
}

export function creditReport(
  { name, batch, recordedRecipe }: Source,
  { leftOut, recipe, losses, assigned, out }: Found,
): CreditReport {
  return {
    source: name,
    steps: batch.rowCount,
    trajectories: batch.trajectories.ids.length,
    groups: batch.groups.length,
    losses,
    recipe,
    leftOut,
    recordedRecipe: recipe === null ? recordedRecipe : null,
    estimators: assigned.map(estimatorReport),
    agreement: agreements(assigned),
    readAs: batch.notes,
    out,
  }
}

function estimatorReport({ estimator: name, credit, reason }: Assigned): EstimatorReport {
  if (credit === null) return { name, spread: null, diagnostics: null, reason }
  const { diagnostics } = credit
  return { name, spread: spreadOf(credit), diagnostics, notes: wordsOf(diagnostics), reason: null }
}
