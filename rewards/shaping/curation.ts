import type { SignalColumn, StepBatch, StepSignal } from '../../core/batch/index.ts'
import { originalRows, subjectsOf } from './batch-subjects.ts'
import { type Filter, type FilterNeeds, leftOut, needsOfFilter } from './filter.ts'
import type { Subject } from './measures.ts'
import { keptSteps, type StepMask } from './step-mask.ts'

/** What is learnt from: trajectories that filters leave, one after another, and of these the steps of a mask. */
export interface Curation {
  readonly filters: readonly Filter[]
  readonly mask: StepMask | null
}

export const EVERYTHING: Curation = { filters: [], mask: null }

/** Signals that filters and mask need, of steps and of trajectories. */
export function needsOf({ filters, mask }: Curation): FilterNeeds {
  const needs = filters.map(needsOfFilter)
  return {
    steps: [...needs.flatMap(({ steps }) => steps), ...(mask ? [mask.signal] : [])],
    outcomes: needs.flatMap(({ outcomes }) => outcomes),
  }
}

/** Whether each step of each trajectory is learnt from; null for a trajectory that takes no part. */
export function keptOf(
  { filters, mask }: Curation,
  subjects: readonly Subject[],
): readonly (readonly boolean[] | null)[] {
  const out = leftOut(filters, subjects)
  return subjects.map((subject) => {
    if (out.has(subject)) return null
    return mask ? keptSteps(mask, subject) : subject.indexes.map(() => true)
  })
}

/** What of a batch is learnt from. */
export interface Curated {
  /** 1 for trajectories that take no part. */
  readonly leftOut: Uint8Array
  /** 1 for rows that are learnt from, of trajectories that take part. */
  readonly rows: Uint8Array
}

/**
 * Applies filters and mask to a batch.
 * @throws GymError SIGNAL_MISSING for a signal that the batch has not
 */
export function curated(batch: StepBatch, curation: Curation): Curated {
  const kept = keptOf(curation, subjectsOf(batch))
  const { copyOf, rowCount } = batch
  const rows = new Uint8Array(rowCount)
  kept.forEach((steps, trajectory) => {
    originalRows(batch, trajectory).forEach((row, at) => {
      rows[row] = steps?.[at] ? 1 : 0
    })
  })
  return {
    leftOut: Uint8Array.from(kept, (steps) => (steps === null ? 1 : 0)),
    rows: copyOf ? rows.map((_, row) => rows[copyOf[row] ?? row] ?? 0) : rows,
  }
}

/** A batch in which nothing is known of some trajectories, so that no estimator compares others with them. */
export function withoutTrajectories(batch: StepBatch, out: Uint8Array): StepBatch {
  if (!out.includes(1)) return batch
  const { trajectoryOf, signals, outcomes } = batch
  const ofRows = (known: Uint8Array): Uint8Array => known.map((each, row) => (out[trajectoryOf[row] ?? 0] ? 0 : each))
  const step = ({ perToken, ...signal }: StepSignal): StepSignal => ({
    ...signal,
    known: ofRows(signal.known),
    perToken: perToken && { ...perToken, known: ofRows(perToken.known) },
  })
  const whole = ({ values, known }: SignalColumn): SignalColumn => ({
    values,
    known: known.map((each, trajectory) => (out[trajectory] ? 0 : each)),
  })
  return {
    ...batch,
    signals: new Map([...signals].map(([name, signal]) => [name, step(signal)])),
    outcomes: new Map([...outcomes].map(([name, outcome]) => [name, whole(outcome)])),
  }
}
