import { GymError } from '../../core/data/errors.ts'
import { type OptionRanges, SEED_RANGE } from '../../core/data/options.ts'
import { parseSeed, type Seed } from '../../core/data/rng.ts'
import { shown } from '../../core/data/shown.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
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

/** @throws GymError CONFIG_INVALID naming the option, SEED_INVALID */
export function houseSettings(options: JsonObject): HouseSettings {
  return {
    profile: oneOf('profile', ['default', 'reference'], options.profile),
    protocol: oneOf('protocol', PROTOCOLS, options.protocol),
    wording: oneOf('wording', ['current', 'before-2025'], options.wording),
    families: familiesOf(oneOf('family', ['all', ...FAMILY_NAMES], options.family)),
    level: oneOf('level', [1, 2, 3], options.level),
    tasks: whole('tasks', options.tasks),
    steps: whole('steps', options.steps),
    reward: oneOf('reward', REWARDS, options.reward),
    historyLength: whole('historyLength', options.historyLength),
    seed: parseSeed(options.seed),
  }
}

const familiesOf = (family: FamilyName | 'all'): readonly [FamilyName, ...FamilyName[]] =>
  family === 'all' ? FAMILY_NAMES : [family]

function oneOf<T extends Json>(name: string, allowed: readonly T[], value: Json | undefined): T {
  const found = allowed.find((item) => item === value)
  if (found === undefined) throw wrong(name, `one of ${allowed.join(', ')}`, value)
  return found
}

function whole(name: string, value: Json | undefined): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value
  throw wrong(name, 'a whole number', value)
}

const wrong = (name: string, expected: string, value: Json | undefined): GymError =>
  new GymError('CONFIG_INVALID', `option ${name} of household is ${expected}, not ${shown(value)}`)
