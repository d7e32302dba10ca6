import { OptionReader } from '../../core/data/option-reader.ts'
import { type OptionRanges, SEED_RANGE } from '../../core/data/options.ts'
import { keyOfSeed, parseSeed, Rng } from '../../core/data/rng.ts'
import type { JsonObject } from '../../core/data/types.ts'
import { type Chain, drawChain } from './chain.ts'
import { drawFacts, type Facts } from './facts.ts'

const REWARDS = ['outcome', 'steps'] as const
const CONTROLS = ['none', 'random', 'inverted'] as const

export const DEFAULT_OPTIONS = {
  shortest: 2,
  longest: 6,
  reward: 'outcome',
  control: 'none',
  seed: 0,
} as const

export const RANGES: OptionRanges = { shortest: [1, 20], longest: [1, 20], seed: SEED_RANGE }

/** Tasks of each split. */
export const SPLIT_SIZES = { train: 96, validation: 32, test: 32 } as const

/** What an episode earns, and what a control makes of it. */
export interface ChainSettings {
  readonly reward: (typeof REWARDS)[number]
  readonly control: (typeof CONTROLS)[number]
}

/** Opened once a server. */
export interface ChainResources {
  readonly settings: ChainSettings
  readonly facts: Facts
  /** Chains of all splits, in their order. */
  readonly chains: readonly Chain[]
}

const read = new OptionReader('tool-chains')

/** @throws GymError CONFIG_INVALID naming the option, SEED_INVALID */
export function openChains(options: JsonObject): ChainResources {
  const [shortest, longest] = [read.whole('shortest', options.shortest), read.whole('longest', options.longest)]
  if (shortest > longest) throw read.wrong('shortest', `at most longest, which is ${longest}`, shortest)
  const key = keyOfSeed(parseSeed(options.seed))
  const facts = drawFacts(new Rng(key, 0))
  const count = Object.values(SPLIT_SIZES).reduce((sum, size) => sum + size, 0)
  const chains = Array.from({ length: count }, (_, task) => {
    const rng = new Rng(key, task + 1)
    return drawChain(rng, facts, rng.int(shortest, longest))
  })
  const settings = {
    reward: read.oneOf('reward', REWARDS, options.reward),
    control: read.oneOf('control', CONTROLS, options.control),
  }
  return { settings, facts, chains }
}
