import { NO_ANCHOR, type SignalColumn, type StepBatch } from '../../core/batch/index.ts'
import { GymError } from '../../core/data/errors.ts'
import { actionColumn, anchorColumn, stepSignal } from '../estimator/signals.ts'
import { PairNumbers } from '../grouping/pairs.ts'
import type { Measures, MissingSignal, Subject } from './measures.ts'

/** Original rows of a trajectory, in order of time. */
type Rows = readonly number[]

/**
 * The trajectories of a batch, in its order. Copied rows are not seen: they repeat what their originals get.
 * A signal that the batch does not have at all is an error rather than unknown: GymError SIGNAL_MISSING.
 */
export function subjectsOf(batch: StepBatch): readonly Subject[] {
  const { trajectories, groups, stepIndex } = batch
  return trajectories.ids.map((id, trajectory) => {
    const rows = originalRows(batch, trajectory)
    return {
      id,
      group: groups[trajectories.groupOf[trajectory] ?? 0] ?? '',
      isAborted: false,
      indexes: rows.map((row) => stepIndex[row] ?? 0),
      steps: (signal) => measured(signal, stepSignal(batch, signal), rows, (row) => stepIndex[row] ?? 0),
      outcome: (signal) => measured(signal, outcomeSignal(batch, signal), [trajectory], () => null),
      repeats: (anchor) => repeatsOf(batch, anchor, rows),
    }
  })
}

/** Rows of a trajectory that are not copies. */
export function originalRows({ trajectories, copyOf }: StepBatch, trajectory: number): Rows {
  const start = trajectories.starts[trajectory] ?? 0
  const rows = Array.from({ length: (trajectories.starts[trajectory + 1] ?? 0) - start }, (_, at) => start + at)
  return copyOf ? rows.filter((row) => copyOf[row] === row) : rows
}

function outcomeSignal({ outcomes }: StepBatch, name: string): SignalColumn {
  const outcome = outcomes.get(name)
  if (outcome) return outcome
  const has = [...outcomes.keys()].join(', ') || 'none'
  throw new GymError('SIGNAL_MISSING', `the batch has no signal ${name} of trajectories: it has ${has}`)
}

function measured(
  signal: string,
  { values, known }: SignalColumn,
  places: Rows,
  indexAt: (place: number) => number | null,
): Measures {
  const gaps = places.filter((place) => !known[place])
  const missingAt = (place: number): MissingSignal => ({ signal, index: indexAt(place), reason: 'not-recorded' })
  return {
    values: places.map((place) => (known[place] ? (values[place] ?? 0) : null)),
    missing: gaps.map(missingAt),
  }
}

function repeatsOf(batch: StepBatch, anchor: string, rows: Rows): readonly boolean[] {
  const { ids } = anchorColumn(batch, anchor)
  const actions = actionColumn(batch)
  const pairs = new PairNumbers()
  return rows.map((row) => {
    const [before, place] = [pairs.count, ids[row] ?? NO_ANCHOR]
    if (place === NO_ANCHOR) throw new GymError('SIGNAL_MISSING', `row ${batch.sourceRow[row]} has no anchor ${anchor}`)
    return pairs.numberOf(place, actions[row] ?? 0) < before
  })
}
