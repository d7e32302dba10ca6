import { OptionReader } from '../../core/data/option-reader.ts'
import { type OptionRanges, SEED_RANGE } from '../../core/data/options.ts'
import { parseSeed, type Seed } from '../../core/data/rng.ts'
import type { JsonObject } from '../../core/data/types.ts'
import type { Level } from './generate/room.ts'
import type { Wording } from './rules/commands.ts'
import type { ProfileName } from './rules/take-command.ts'
import { FAMILY_NAMES, type FamilyName } from './tables/families.ts'

const REWARDS = ['success', 'verl-agent'] as const
const PROTOCOLS = ['commands', 'verl-agent'] as const

export interface HouseSettings {
  readonly profile: ProfileName
  /** Whether an action is a command, or a model's whole output on one of verl-agent's prompts. */
  readonly protocol: (typeof PROTOCOLS)[number]
  readonly wording: Wording
  /** Families of tasks, in turn; one at least. */
  readonly families: readonly [FamilyName, ...FamilyName[]]
  readonly level: Level
  /** Tasks of the split train. */
  readonly tasks: number
  /** Commands after which an episode is truncated. */
  readonly steps: number
  readonly reward: (typeof REWARDS)[number]
  /** Turns that a prompt of verl-agent shows. */
  readonly historyLength: number
  readonly seed: Seed
}

export const DEFAULT_OPTIONS = {
  profile: 'default',
  protocol: 'commands',
  wording: 'current',
  family: 'all',
  level: 2,
  tasks: 160,
  steps: 50,
  reward: 'success',
  historyLength: 2,
  seed: 0,
} as const

export const RANGES: OptionRanges = {
  level: [1, 3],
  tasks: [1, 20_000],
  steps: [1, 1000],
  historyLength: [0, 1000],
  seed: SEED_RANGE,
}

const read = new OptionReader('household')

/** @throws GymError CONFIG_INVALID naming the option, SEED_INVALID */
export function houseSettings(options: JsonObject): HouseSettings {
  return {
    profile: read.oneOf('profile', ['default', 'reference'], options.profile),
    protocol: read.oneOf('protocol', PROTOCOLS, options.protocol),
    wording: read.oneOf('wording', ['current', 'before-2025'], options.wording),
    families: familiesOf(read.oneOf('family', ['all', ...FAMILY_NAMES], options.family)),
    level: read.oneOf('level', [1, 2, 3], options.level),
    tasks: read.whole('tasks', options.tasks),
    steps: read.whole('steps', options.steps),
    reward: read.oneOf('reward', REWARDS, options.reward),
    historyLength: read.whole('historyLength', options.historyLength),
    seed: parseSeed(options.seed),
  }
}

const familiesOf = (family: FamilyName | 'all'): readonly [FamilyName, ...FamilyName[]] =>
  family === 'all' ? FAMILY_NAMES : [family]
