import {
  emptyGradient,
  type FeatureRows,
  type PolicyGradient,
  type PolicyNetwork,
  policyNetwork,
} from '../agents/policy.ts'
import { GymError } from '../core/data/errors.ts'
import type { Rng } from '../core/data/rng.ts'
import { type AdamSettings, type AdamState, adamStep } from './adam.ts'
import { type ChoiceRow, type ObjectiveSettings, rowLoss } from './clipped-loss.ts'

/** A choice to learn from, with the features of the actions of its state. */
export interface TrainingRow extends ChoiceRow {
  readonly rows: FeatureRows
}

/** How a batch of choices is learnt from. */
export interface UpdateSettings extends AdamSettings, ObjectiveSettings {
  readonly epochs: number
  readonly minibatches: number
}

/** What an update did. */
export interface UpdateReport {
  readonly state: AdamState
  /** Share of the rows seen whose ratio had left the clip range; null without a row. */
  readonly clipFraction: number | null
  /** Mean norm of the gradients, before clipping; null without a row. */
  readonly gradientNorm: number | null
}

/**
 * Learns from rows: in each epoch they are shuffled and cut into minibatches, each a step of Adam down the mean loss of
 * its rows. Without a row nothing changes.
 * @throws GymError ESTIMATOR_INVALID for advantages so large that the gradient leaves the range of numbers
 */
export function updatePolicy(
  start: AdamState,
  rows: readonly TrainingRow[],
  settings: UpdateSettings,
  rng: Rng,
): UpdateReport {
  if (rows.length === 0) return { state: start, clipFraction: null, gradientNorm: null }
  let state = start
  let [clipped, seen] = [0, 0]
  const norms: number[] = []
  for (let epoch = 0; epoch < settings.epochs; epoch++)
    for (const batch of minibatchesOf(rng.shuffle(rows), settings.minibatches)) {
      const learnt = gradientOf(policyNetwork(state.weights), batch, settings)
      const stepped = adamStep(state, learnt.gradient, settings)
      if (!Number.isFinite(stepped.norm)) throw overflown(batch)
      state = stepped.state
      norms.push(stepped.norm)
      clipped += learnt.clipped
      seen += batch.length
    }
  return {
    state,
    clipFraction: clipped / seen,
    gradientNorm: norms.reduce((sum, norm) => sum + norm, 0) / norms.length,
  }
}

function overflown(batch: readonly TrainingRow[]): GymError {
  const largest = batch.reduce((most, { advantage }) => Math.max(most, Math.abs(advantage)), 0)
  return new GymError(
    'ESTIMATOR_INVALID',
    `advantages of up to ${largest} make a gradient that is not finite: scale the rewards, or choose an estimator that does`,
  )
}

/** At most `count` parts of nearly equal length, in order. */
function minibatchesOf<T>(items: readonly T[], count: number): readonly (readonly T[])[] {
  const size = Math.ceil(items.length / count)
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size))
}

/** Gradient of the mean loss of some rows, and how many of them were clipped. */
export function gradientOf(network: PolicyNetwork, batch: readonly TrainingRow[], settings: ObjectiveSettings) {
  const gradient: PolicyGradient = emptyGradient(network.sizes)
  let clipped = 0
  for (const row of batch) {
    const forward = network.forward(row.rows)
    const { logitGradients, isClipped } = rowLoss(forward.logProbs, row, settings)
    network.backward(
      row.rows,
      forward,
      logitGradients.map((slope) => slope / batch.length),
      gradient,
    )
    if (isClipped) clipped += 1
  }
  return { gradient, clipped }
}
