import { OptionReader } from '../../core/data/option-reader.ts'
import { type OptionRanges, SEED_RANGE } from '../../core/data/options.ts'
import { parseSeed, type Seed } from '../../core/data/rng.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import { MOST_BRANCHING } from './actions.ts'

export const WORLD_NAMES = ['key-door', 'corridor', 'sokoban', 'slippery'] as const
export type WorldName = (typeof WORLD_NAMES)[number]
const REWARDS = ['success', 'graded'] as const

/** What is hidden from the agent: nothing, what is far away, also what it carries or where it came from. */
export type Aliasing = 0 | 1 | 2

/** What the levels of a world are made by, and what their rules go by. */
export interface GridSettings {
  readonly world: WorldName
  readonly size: number
  /** Steps within which every task can be solved, and all that it earns is paid. */
  readonly horizon: number
  readonly branching: number
  readonly reward: (typeof REWARDS)[number]
  /** Steps between earning a reward and its payment. */
  readonly rewardDelay: number
  readonly aliasing: Aliasing
  /** Probability that a move goes to a neighbour direction. */
  readonly noise: number
  readonly seed: Seed
}

/** What null represents in `size`, `horizon`, `branching` and `noise`. */
export const WORLD_DEFAULTS = {
  'key-door': { size: 5, horizon: 40, branching: 1, noise: 0 },
  corridor: { size: 4, horizon: 40, branching: 2, noise: 0 },
  sokoban: { size: 5, horizon: 40, branching: 0, noise: 0 },
  slippery: { size: 8, horizon: 40, branching: 0, noise: 0.2 },
} as const satisfies Readonly<Record<WorldName, Pick<GridSettings, 'size' | 'horizon' | 'branching' | 'noise'>>>

export const DEFAULT_OPTIONS = {
  world: 'key-door',
  size: null,
  horizon: null,
  branching: null,
  reward: 'success',
  rewardDelay: 0,
  aliasing: 0,
  noise: null,
  seed: 0,
} as const

/** Ranges over all worlds, each of which has narrower ones. */
export const RANGES: OptionRanges = {
  size: [1, 20],
  horizon: [4, 200],
  branching: [0, MOST_BRANCHING],
  rewardDelay: [0, 10],
  aliasing: [0, 2],
  noise: [0, 1],
  seed: SEED_RANGE,
}

/** Beyond these a task has more than a few thousand states. */
export const SIZES: Readonly<Record<WorldName, readonly [number, number]>> = {
  'key-door': [3, 12],
  corridor: [1, 12],
  sokoban: [4, 6],
  slippery: [3, 20],
}
const [SHORTEST, LONGEST] = [4, 200]
const LONGEST_DELAY = 10

const read = new OptionReader('the grid')

/** @throws GymError CONFIG_INVALID naming the option, SEED_INVALID */
export function gridSettings(options: JsonObject): GridSettings {
  const world = read.oneOf('world', WORLD_NAMES, options.world)
  const { size, horizon, branching, noise } = WORLD_DEFAULTS[world]
  const [smallest, largest] = SIZES[world]
  return {
    world,
    size: read.whole('size', options.size ?? size, smallest, largest),
    horizon: read.whole('horizon', options.horizon ?? horizon, SHORTEST, LONGEST),
    branching: read.whole('branching', options.branching ?? branching, 0, mostBranching(world)),
    reward: read.oneOf('reward', REWARDS, options.reward),
    rewardDelay: read.whole('rewardDelay', options.rewardDelay, 0, LONGEST_DELAY),
    aliasing: read.oneOf('aliasing', [0, 1, 2], options.aliasing),
    noise: probability('noise', options.noise ?? noise),
    seed: parseSeed(options.seed),
  }
}

/** Doors and keys have one of eight colours, one of which is the right one, and another at least is not. */
const mostBranching = (world: WorldName): number =>
  world === 'corridor' ? MOST_BRANCHING - 2 : world === 'key-door' ? 3 : MOST_BRANCHING

function probability(name: string, value: Json | undefined): number {
  if (typeof value === 'number' && value >= 0 && value < 1) return value
  throw read.wrong(name, 'a number from 0 to below 1', value)
}
