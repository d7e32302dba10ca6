import type { StepBatch } from '../../core/batch/index.ts'
import { GymError } from '../../core/data/errors.ts'
import { nearAnd } from '../../core/data/near.ts'
import { configInvalid } from './fields.ts'
import type { Recipe, Term } from './recipe.ts'

/**
 * A recipe of plain weights, applied to the recorded vector when credit is assigned: a trajectory's own signal counts once
 * in the total; a signal of steps counts in each step's value and, summed, in the total. Weights may be negative and
 * need no particular sum; a signal with the weight 0 is not needed.
 * @throws GymError CONFIG_INVALID where no weight is other than 0; SIGNAL_MISSING, naming near signals
 */
export function weightedRecipe(
  weights: Readonly<Record<string, number>>,
  { outcomes, signals }: Pick<StepBatch, 'outcomes' | 'signals'>,
): Recipe {
  const weighty = Object.entries(weights).filter(([, weight]) => weight !== 0)
  if (weighty.length === 0) throw configInvalid('all weights are 0: give one signal another')
  const terms = weighty.flatMap(([signal, weight]): readonly Term[] => {
    if (outcomes.has(signal)) return [{ signal, weight, aggregate: 'outcome' }]
    if (!signals.has(signal)) throw missing(signal, [...outcomes.keys(), ...signals.keys()])
    return [
      { signal, weight },
      { signal, weight, aggregate: 'sum' },
    ]
  })
  return { name: 'weights', version: 1, terms, onNull: 'drop-trajectory' }
}

const missing = (name: string, known: readonly string[]): GymError =>
  new GymError(
    'SIGNAL_MISSING',
    `there is no signal ${name} to weigh: ${nearAnd(name, known, `there are ${known.join(', ')}`)}`,
  )
