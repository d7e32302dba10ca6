import type { SignalColumn, StepBatch } from '../../core/batch/index.ts'

/**
 * The largest discounted reward still to come, m_t = max(r_t, gamma m_(t+1)), within each trajectory; unknown from the
 * last unknown reward on backwards. A copied row has its original's.
 */
export function greatestToCome(batch: StepBatch, signal: SignalColumn, gamma: number): SignalColumn {
  const { rowCount, trajectoryOf, copyOf } = batch
  const [values, known] = [new Float64Array(rowCount), new Uint8Array(rowCount)]
  let [trajectory, running, isKnown] = [-1, -Infinity, 1]
  for (let row = rowCount - 1; row >= 0; row--) {
    if (copyOf && copyOf[row] !== row) continue
    if (trajectoryOf[row] !== trajectory) [trajectory, running, isKnown] = [trajectoryOf[row] ?? 0, -Infinity, 1]
    isKnown &= signal.known[row] ?? 0
    running = Math.max(signal.values[row] ?? 0, running === -Infinity ? -Infinity : gamma * running)
    values[row] = running
    known[row] = isKnown
  }
  if (!copyOf) return { values, known }
  return {
    values: values.map((_, row) => values[copyOf[row] ?? row] ?? 0),
    known: known.map((_, row) => known[copyOf[row] ?? row] ?? 0),
  }
}
