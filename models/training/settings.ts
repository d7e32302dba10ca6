import { GymError } from '../../core/data/errors.ts'
import { shown } from '../../core/data/shown.ts'
import { ADAMW_DEFAULTS, type AdamWOptions } from '../graph/adamw.ts'

/** Settings of a trainer. */
export interface TrainerSettings extends AdamWOptions {
  /** Factor of the differences of log-probabilities, above 0. @default 0.05 */
  readonly beta?: number
  /** Above 0. @default 1e-3 */
  readonly learningRate?: number
}

/** What is used where a setting is left out. */
export const TRAINER_DEFAULTS: Readonly<Required<TrainerSettings>> = {
  beta: 0.05,
  learningRate: 1e-3,
  ...ADAMW_DEFAULTS,
}

/** What each setting may be. */
const RANGES: Readonly<Record<keyof TrainerSettings, { readonly least: number; readonly below: number }>> = {
  beta: { least: Number.MIN_VALUE, below: Infinity },
  learningRate: { least: Number.MIN_VALUE, below: Infinity },
  beta1: { least: 0, below: 1 },
  beta2: { least: 0, below: 1 },
  epsilon: { least: Number.MIN_VALUE, below: Infinity },
  weightDecay: { least: 0, below: Infinity },
  maxGradNorm: { least: Number.MIN_VALUE, below: Infinity },
}

/** @throws GymError CONFIG_INVALID */
export function expectSettings(settings: TrainerSettings): void {
  for (const [name, { least, below }] of Object.entries(RANGES)) {
    const value = settings[name as keyof TrainerSettings]
    if (value === undefined || (value >= least && value < below)) continue
    const range = `${least === 0 ? 'from' : 'above'} 0${below === 1 ? ', below 1' : ''}`
    throw new GymError('CONFIG_INVALID', `training: ${name} is a number ${range}, not ${shown(value)}`)
  }
}
