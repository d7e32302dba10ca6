import {
  type AnchorColumn,
  ExactSum,
  type SignalColumn,
  type StepBatch,
  type StepSignal,
  type TokenRanges,
} from '../../core/batch/index.ts'
import { GymError } from '../../core/data/errors.ts'
import { nearAnd } from '../../core/data/near.ts'
import { type Mode, settled } from './rounding.ts'

/** @param what `anchor NAME`, `signal NAME of steps` */
function missing(what: string, name: string, has: Iterable<string>): GymError {
  const others = [...has]
  const advice = others.length > 0 ? `: ${nearAnd(name, others, `it has ${others.join(', ')}`)}` : ', and no other'
  return new GymError('SIGNAL_MISSING', `the batch has no ${what}${advice}`)
}

/**
 * Signal of steps, a value a row.
 * @throws GymError SIGNAL_MISSING
 */
export function stepSignal({ signals }: StepBatch, name: string): StepSignal {
  const signal = signals.get(name)
  if (signal) return signal
  throw missing(`signal ${name} of steps`, name, signals.keys())
}

/**
 * Anchors of rows by their name.
 * @throws GymError SIGNAL_MISSING
 */
export function anchorColumn({ anchors }: StepBatch, name: string): AnchorColumn {
  const column = anchors.get(name)
  if (column) return column
  throw missing(`anchor ${name}`, name, anchors.keys())
}

/**
 * Numbers of the rows' actions: equal actions have equal numbers.
 * @throws GymError SIGNAL_MISSING where actions were not recorded.
 */
export function actionColumn({ actions }: StepBatch): Int32Array {
  if (actions) return actions
  throw new GymError('SIGNAL_MISSING', 'the batch has no actions, and this estimator compares actions')
}

/**
 * Ranges of the rows' tokens.
 * @throws GymError SIGNAL_MISSING where no tokens were recorded.
 */
export function tokenRanges({ tokens }: StepBatch): TokenRanges {
  if (tokens) return tokens
  throw new GymError('SIGNAL_MISSING', 'the batch has no tokens: give tokenCounts, logProbs or perToken columns')
}

/**
 * One value a trajectory: its own signal of that name or, if there is none, the sum of the steps' signal over its
 * rows, unknown where one of them is. Copied rows add nothing. In paper mode rounding takes nothing from the sum.
 * @throws GymError SIGNAL_MISSING where neither was recorded.
 */
export function episodeScores(batch: StepBatch, name: string, mode: Mode = 'paper'): SignalColumn {
  const outcome = batch.outcomes.get(name)
  if (outcome) return outcome
  const signal = batch.signals.get(name)
  if (signal === undefined) throw missing(`signal ${name}`, name, [...batch.signals.keys(), ...batch.outcomes.keys()])
  const { ids, starts } = batch.trajectories
  const scores = { values: new Float64Array(ids.length), known: new Uint8Array(ids.length).fill(1) }
  for (let trajectory = 0; trajectory < ids.length; trajectory++) {
    const exact = new ExactSum()
    let rounded = 0
    for (let row = starts[trajectory] ?? 0; row < (starts[trajectory + 1] ?? 0); row++) {
      if (batch.copyOf && batch.copyOf[row] !== row) continue
      exact.add(signal.values[row] ?? 0)
      rounded += signal.values[row] ?? 0
      if (!signal.known[row]) scores.known[trajectory] = 0
    }
    scores.values[trajectory] = mode === 'paper' ? exact.value : rounded
  }
  return scores
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
 * has its original's return. One pass. In paper mode a return that is no more than rounding left of its rewards is 0.
 */
export function discountedReturns(
  batch: StepBatch,
  signal: SignalColumn,
  gamma: number,
  mode: Mode = 'paper',
): SignalColumn {
  const { rowCount, trajectoryOf, copyOf } = batch
  const values = new Float64Array(rowCount)
  const known = new Uint8Array(rowCount)
  let [trajectory, running, isKnown, size] = [-1, 0, 1, 0]
  for (let row = rowCount - 1; row >= 0; row--) {
    if (copyOf && copyOf[row] !== row) continue
    if (trajectoryOf[row] !== trajectory) [trajectory, running, isKnown, size] = [trajectoryOf[row] ?? 0, 0, 1, 0]
    const reward = signal.values[row] ?? 0
    isKnown &= signal.known[row] ?? 0
    size = Math.abs(reward) + gamma * size
    running = settled(reward + gamma * running, size, mode)
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
