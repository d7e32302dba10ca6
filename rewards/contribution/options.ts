import { GymError } from '../../core/data/errors.ts'
import { chosenOptions, type OptionRanges } from '../../core/data/options.ts'
import { shown } from '../../core/data/shown.ts'

/** Numbers that a model of contributions is trained with. */
export interface ContributionOptions {
  /** Features of a step, from 1. @default 4096 */
  readonly features: number
  /** Width of the hidden layer, from 1. @default 16 */
  readonly hidden: number
  /** Passes over the episodes, from 1. @default 40 */
  readonly epochs: number
  /** Episodes of one step of AdamW, from 1. @default 16 */
  readonly batch: number
  /** Step size of AdamW, above 0. @default 0.01 */
  readonly learningRate: number
  /** Share of the groups that it does not learn from, from 0 to below 1. @default 0.2 */
  readonly holdOut: number
}

/** Options where nothing else is chosen. */
export const CONTRIBUTION_DEFAULTS: ContributionOptions = {
  features: 4096,
  hidden: 16,
  epochs: 40,
  batch: 16,
  learningRate: 0.01,
  holdOut: 0.2,
}

const RANGES: OptionRanges & Readonly<Record<keyof ContributionOptions, readonly [number, number]>> = {
  features: [1, 2 ** 24],
  hidden: [1, 4096],
  epochs: [1, 100_000],
  batch: [1, 100_000],
  learningRate: [1e-9, 10],
  holdOut: [0, 0.9],
}

const WHOLE = ['features', 'hidden', 'epochs', 'batch'] as const

/**
 * Options with their defaults.
 * @throws GymError CONFIG_INVALID for one that does not exist, is out of its range, or not whole where it must be.
 */
export function contributionOptions(chosen: Partial<ContributionOptions>): ContributionOptions {
  chosenOptions('the training', { ...CONTRIBUTION_DEFAULTS }, { ...chosen }, RANGES)
  const options = { ...CONTRIBUTION_DEFAULTS, ...chosen }
  for (const name of WHOLE)
    if (!Number.isInteger(options[name]))
      throw new GymError(
        'CONFIG_INVALID',
        `option ${name} of the training is a whole number, not ${shown(options[name])}`,
      )
  return options
}
