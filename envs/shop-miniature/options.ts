import { GymError } from '../../core/data/errors.ts'
import { type OptionRanges, SEED_RANGE } from '../../core/data/options.ts'
import { parseSeed, type Seed } from '../../core/data/rng.ts'
import { shown } from '../../core/data/shown.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'

/** Option groups of every product, and steps of an episode: the shortest way to the right purchase has `groups + 3`. */
export const LENGTHS = {
  short: { groups: 2, horizon: 12 },
  long: { groups: 3, horizon: 20 },
} as const
export type Length = keyof typeof LENGTHS

const REWARDS = ['success', 'graded'] as const

/** What a shop is drawn by, and what a purchase earns. */
export interface ShopSettings {
  readonly length: Length
  /** `graded` pays the score of a purchase, `success` 1 for a score of 1. */
  readonly reward: (typeof REWARDS)[number]
  readonly seed: Seed
}

export const DEFAULT_OPTIONS = { length: 'short', reward: 'success', seed: 0 } as const
export const RANGES: OptionRanges = { seed: SEED_RANGE }

/** @throws GymError CONFIG_INVALID naming the option, SEED_INVALID */
export const shopSettings = (options: JsonObject): ShopSettings => ({
  length: oneOf('length', ['short', 'long'], options.length),
  reward: oneOf('reward', REWARDS, options.reward),
  seed: parseSeed(options.seed),
})

function oneOf<T extends Json>(name: string, allowed: readonly T[], value: Json | undefined): T {
  const found = allowed.find((item) => item === value)
  if (found !== undefined) return found
  throw new GymError(
    'CONFIG_INVALID',
    `option ${name} of the miniature shop is one of ${allowed.join(', ')}, not ${shown(value)}`,
  )
}
