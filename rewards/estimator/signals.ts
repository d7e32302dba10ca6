import type { AnchorColumn, SignalColumn, StepBatch, StepSignal, TokenRanges } from '../../core/batch/index.ts'
import { GymError } from '../../core/data/errors.ts'

const missing = (what: string, has: Iterable<string>): GymError =>
  new GymError('SIGNAL_MISSING', `the batch has no ${what}: it has ${[...has].join(', ') || 'none'}`)

/** @throws GymError SIGNAL_MISSING */
export function stepSignal({ signals }: StepBatch, name: string): StepSignal {
  const signal = signals.get(name)
  if (signal) return signal
  throw missing(`signal ${name} of steps`, signals.keys())
}

/** @throws GymError SIGNAL_MISSING */
export function anchorColumn({ anchors }: StepBatch, name: string): AnchorColumn {
  const column = anchors.get(name)
  if (column) return column
  throw missing(`anchor ${name}`, anchors.keys())
}

/** @throws GymError SIGNAL_MISSING where actions were not recorded. */
export function actionColumn({ actions }: StepBatch): Int32Array {
  if (actions) return actions
  throw new GymError('SIGNAL_MISSING', 'the batch has no actions, and this estimator tells actions apart')
}

/** @throws GymError SIGNAL_MISSING where no tokens were recorded. */
export function tokenRanges({ tokens }: StepBatch): TokenRanges {
  if (tokens) return tokens
  throw new GymError('SIGNAL_MISSING', 'the batch has no tokens: give tokenCounts, logProbs or perToken columns')
}

/**
 * One value a trajectory: its own signal of that name or, where there is none, the sum of the steps' signal over its
 * rows, unknown where one of them is. Copied rows add nothing.
 * @throws GymError SIGNAL_MISSING where neither was recorded.
 */
export function episodeScores(batch: StepBatch, name: string): SignalColumn {
  const outcome = batch.outcomes.get(name)
  if (outcome) return outcome
  const signal = batch.signals.get(name)
  if (signal === undefined) throw missing(`signal ${name}`, [...batch.signals.keys(), ...batch.outcomes.keys()])
  const count = batch.trajectories.ids.length
  const sums = { values: new Float64Array(count), known: new Uint8Array(count).fill(1) }
  for (let row = 0; row < batch.rowCount; row++) {
    if (batch.copyOf && batch.copyOf[row] !== row) continue
    const trajectory = batch.trajectoryOf[row] ?? 0
    sums.values[trajectory] = (sums.values[trajectory] ?? 0) + (signal.values[row] ?? 0)
    if (!signal.known[row]) sums.known[trajectory] = 0
  }
  return sums
}

/** A value of trajectories, in each of their rows. */
export function spread({ trajectoryOf }: StepBatch, { values, known }: SignalColumn): SignalColumn {
  const rows = { values: new Float64Array(trajectoryOf.length), known: new Uint8Array(trajectoryOf.length) }
  for (let row = 0; row < trajectoryOf.length; row++) {
    const trajectory = trajectoryOf[row] ?? 0
    rows.values[row] = values[trajectory] ?? 0
    rows.known[row] = known[trajectory] ?? 0
  }
  return rows
}

/**
 * G_t = r_t + gamma G_(t+1) within each trajectory; unknown from the last unknown reward on backwards. A copied row
 * has its original's return. One pass.
 */
export function discountedReturns(batch: StepBatch, signal: SignalColumn, gamma: number): SignalColumn {
  const { rowCount, trajectoryOf, copyOf } = batch
  const values = new Float64Array(rowCount)
  const known = new Uint8Array(rowCount)
  let [trajectory, running, isKnown] = [-1, 0, 1]
  for (let row = rowCount - 1; row >= 0; row--) {
    if (copyOf && copyOf[row] !== row) continue
    if (trajectoryOf[row] !== trajectory) [trajectory, running, isKnown] = [trajectoryOf[row] ?? 0, 0, 1]
    isKnown &= signal.known[row] ?? 0
    running = (signal.values[row] ?? 0) + gamma * running
    values[row] = running
    known[row] = isKnown
  }
  return copyOf
    ? { values: withCopies(batch, values), known: known.map((_, row) => known[copyOf[row] ?? row] ?? 0) }
    : { values, known }
}

/** Values of rows, each copy's those of its original. */
export const withCopies = ({ copyOf }: StepBatch, values: Float64Array): Float64Array =>
  copyOf ? values.map((_, row) => values[copyOf[row] ?? row] ?? 0) : values
