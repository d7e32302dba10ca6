import { GymError } from '../core/data/errors.ts'
import { chosenOptions, type OptionRanges } from '../core/data/options.ts'
import { shown } from '../core/data/shown.ts'
import type { JsonObject } from '../core/data/types.ts'

/** Numbers that a training goes by. A checkpoint keeps them, and one of other numbers is refused. */
export interface TrainingOptions {
  /** Policy updates, from 1. @default 50 */
  readonly iterations: number
  /** Groups of an iteration, one task each, from 1. @default 16 */
  readonly groups: number
  /** Episodes of a group, from one start, from 2. @default 8 */
  readonly groupSize: number
  /** Tasks of the training split to train on, its first ones; 0 for all. @default 64 */
  readonly tasks: number
  /** Steps of an episode; 0 for the environment's. @default 0 */
  readonly maxSteps: number
  /** Step size of Adam, above 0 and up to 10. @default 0.01 */
  readonly learningRate: number
  /** How far the probability ratio of an action may go from 1 before its gradient is cut, above 0. @default 0.2 */
  readonly clip: number
  /** Passes over the rows of an iteration, from 1. @default 1 */
  readonly epochs: number
  /** Steps of Adam in one pass, from 1. @default 4 */
  readonly minibatches: number
  /** Weight of the policy's entropy in the objective, from 0. @default 0.003 */
  readonly entropy: number
  /** Greatest norm of all gradients together; longer ones are scaled down to it. @default 1 */
  readonly maxGradientNorm: number
  /** Features of the policy, from 1. @default 4096 */
  readonly features: number
  /** Hidden width of the policy, from 1. @default 32 */
  readonly hidden: number
  /** Episodes of the environment's own solver that the policy imitates before it trains; 0 for none. @default 0 */
  readonly demonstrations: number
  /** Iterations from one evaluation on held-out tasks to the next; 0 for none. @default 10 */
  readonly evalEvery: number
  /** Held-out tasks of an evaluation, the first ones of their split. @default 32 */
  readonly evalTasks: number
  /** Episodes that are evaluated for each of these tasks. @default 4 */
  readonly evalEpisodes: number
}

/** Options where nothing else is chosen. */
export const DEFAULT_TRAINING: TrainingOptions = {
  iterations: 50,
  groups: 16,
  groupSize: 8,
  tasks: 64,
  maxSteps: 0,
  learningRate: 0.01,
  clip: 0.2,
  epochs: 1,
  minibatches: 4,
  entropy: 0.003,
  maxGradientNorm: 1,
  features: 4096,
  hidden: 32,
  demonstrations: 0,
  evalEvery: 10,
  evalTasks: 32,
  evalEpisodes: 4,
}

/** The least learning rate and clip: 0 would train nothing. */
const LEAST = 1e-9
const MOST_COUNT = 1_000_000

/** What each option may be. */
export const TRAINING_RANGES: OptionRanges & Readonly<Record<keyof TrainingOptions, readonly [number, number]>> = {
  iterations: [1, MOST_COUNT],
  groups: [1, 100_000],
  groupSize: [2, 100_000],
  tasks: [0, Number.MAX_SAFE_INTEGER],
  maxSteps: [0, Number.MAX_SAFE_INTEGER],
  learningRate: [LEAST, 10],
  clip: [LEAST, MOST_COUNT],
  epochs: [1, 1000],
  minibatches: [1, MOST_COUNT],
  entropy: [0, 1000],
  maxGradientNorm: [LEAST, MOST_COUNT],
  features: [1, 2 ** 24],
  hidden: [1, 4096],
  demonstrations: [0, 100_000],
  evalEvery: [0, MOST_COUNT],
  evalTasks: [1, 100_000],
  evalEpisodes: [1, 100_000],
}

const REAL: readonly (keyof TrainingOptions)[] = ['learningRate', 'clip', 'entropy', 'maxGradientNorm']

/**
 * Options with their defaults.
 * @throws GymError CONFIG_INVALID for one that does not exist, is out of its range, or not whole where it must be.
 */
export function trainingOptions(chosen: Partial<TrainingOptions>): TrainingOptions {
  const options = { ...DEFAULT_TRAINING, ...chosen }
  chosenOptions('the training', { ...DEFAULT_TRAINING } satisfies JsonObject, { ...chosen }, TRAINING_RANGES)
  for (const name of optionNames)
    if (!REAL.includes(name) && !Number.isInteger(options[name]))
      throw new GymError(
        'CONFIG_INVALID',
        `option ${name} of the training is a whole number, not ${shown(options[name])}`,
      )
  return options
}

/** Names of the options, in the order of the documentation. */
export const optionNames: readonly (keyof TrainingOptions)[] = [
  'iterations',
  'groups',
  'groupSize',
  'tasks',
  'maxSteps',
  'learningRate',
  'clip',
  'epochs',
  'minibatches',
  'entropy',
  'maxGradientNorm',
  'features',
  'hidden',
  'demonstrations',
  'evalEvery',
  'evalTasks',
  'evalEpisodes',
]
