import { GymError } from '../../../core/data/errors.ts'
import { type OptionRanges, SEED_RANGE } from '../../../core/data/options.ts'
import { keyOfSeed, parseSeed, Rng } from '../../../core/data/rng.ts'
import { shown } from '../../../core/data/shown.ts'
import { USER_MODEL_RANGES, type UserModelOptions } from '../../../models/chat/user-model.ts'

const REWARDS = ['outcome', 'change'] as const

/** Options of every kind of conversation; all are recorded with a run. */
export type DialogueOptions = {
  /** From 1 to 3: how much there is to find out and to do. @default 2 */
  readonly difficulty: number
  /** `outcome`: the score at the end; `change`: how much each turn changes it, whose sum is the same score less that of the start. @default 'outcome' */
  readonly reward: string
  /** Seed of the tasks. @default 0 */
  readonly seed: number
  /** A language model that understands and speaks for the person; nothing for the rules alone. @default {} */
  readonly user: Partial<UserModelOptions>
}

export const DEFAULT_OPTIONS: DialogueOptions = { difficulty: 2, reward: 'outcome', seed: 0, user: {} }

export const RANGES: OptionRanges = { difficulty: [1, 3], seed: SEED_RANGE, ...USER_MODEL_RANGES }

/** Tasks of each split. */
export const SPLIT_SIZES = { train: 64, validation: 32, test: 32 } as const
const TASKS = Object.values(SPLIT_SIZES).reduce((sum, size) => sum + size, 0)

/** @throws GymError CONFIG_INVALID naming the option */
export function expectOptions({ difficulty, reward }: DialogueOptions): void {
  if (!Number.isInteger(difficulty)) throw wrong('difficulty', 'a whole number from 1 to 3', difficulty)
  if (!REWARDS.some((known) => known === reward)) throw wrong('reward', REWARDS.join(' or '), reward)
}

const wrong = (name: string, expected: string, value: unknown): GymError =>
  new GymError('CONFIG_INVALID', `option ${name} of a dialogue is ${expected}, not ${shown(value)}`)

/** Profiles of all tasks. @throws GymError SEED_INVALID */
export function drawProfiles<Profile>(
  { difficulty, seed }: DialogueOptions,
  draw: (rng: Rng, difficulty: number) => Profile,
): readonly Profile[] {
  const key = keyOfSeed(parseSeed(seed))
  return Array.from({ length: TASKS }, (_, task) => draw(new Rng(key, task), difficulty))
}
