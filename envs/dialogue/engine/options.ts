import { OptionReader } from '../../../core/data/option-reader.ts'
import { type OptionRanges, SEED_RANGE } from '../../../core/data/options.ts'
import { keyOfSeed, parseSeed, Rng } from '../../../core/data/rng.ts'
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

const read = new OptionReader('a dialogue')

/** @throws GymError CONFIG_INVALID naming the option */
export function expectOptions({ difficulty, reward }: DialogueOptions): void {
  read.whole('difficulty', difficulty, 1, 3)
  read.oneOf('reward', REWARDS, reward)
}

/** Profiles of all tasks. @throws GymError SEED_INVALID */
export function drawProfiles<Profile>(
  { difficulty, seed }: DialogueOptions,
  draw: (rng: Rng, difficulty: number) => Profile,
): readonly Profile[] {
  const key = keyOfSeed(parseSeed(seed))
  return Array.from({ length: TASKS }, (_, task) => draw(new Rng(key, task), difficulty))
}
