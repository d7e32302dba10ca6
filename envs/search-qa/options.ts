import { GymError } from '../../core/data/errors.ts'
import { type OptionRanges, SEED_RANGE } from '../../core/data/options.ts'
import { parseSeed, type Seed } from '../../core/data/rng.ts'
import { shown } from '../../core/data/shown.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'

const PROTOCOLS = ['calls', 'search-r1', 'verl-agent'] as const
const REWARDS = ['em', 'f1'] as const

export interface QuestionSettings {
  /** Calls of tools, or a model's whole outputs with tags. */
  readonly protocol: (typeof PROTOCOLS)[number]
  /** Folder of questions and articles; null for generated ones. */
  readonly folder: string | null
  readonly articles: number
  readonly hops: number
  readonly tasks: number
  /** Articles that a search returns. */
  readonly hits: number
  readonly steps: number
  readonly reward: (typeof REWARDS)[number]
  /** Turns that a prompt of verl-agent shows. */
  readonly historyLength: number
  readonly seed: Seed
}

export const DEFAULT_OPTIONS = {
  protocol: 'calls',
  folder: null,
  articles: 400,
  hops: 2,
  tasks: 160,
  hits: 3,
  steps: 12,
  reward: 'em',
  historyLength: 4,
  seed: 0,
} as const

export const RANGES: OptionRanges = {
  folder: [0, 0],
  articles: [40, 50_000],
  hops: [1, 6],
  tasks: [1, 20_000],
  hits: [1, 50],
  steps: [1, 1000],
  historyLength: [0, 1000],
  seed: SEED_RANGE,
}

/** @throws GymError CONFIG_INVALID naming the option, SEED_INVALID */
export function questionSettings(options: JsonObject): QuestionSettings {
  return {
    protocol: oneOf('protocol', PROTOCOLS, options.protocol),
    folder: folderOf(options.folder),
    articles: whole('articles', options.articles),
    hops: whole('hops', options.hops),
    tasks: whole('tasks', options.tasks),
    hits: whole('hits', options.hits),
    steps: whole('steps', options.steps),
    reward: oneOf('reward', REWARDS, options.reward),
    historyLength: whole('historyLength', options.historyLength),
    seed: parseSeed(options.seed),
  }
}

function folderOf(value: Json | undefined): string | null {
  if (value === null || typeof value === 'string') return value
  throw wrong('folder', 'the path of a folder, or null', value)
}

function oneOf<T extends string>(name: string, allowed: readonly T[], value: Json | undefined): T {
  const found = allowed.find((item) => item === value)
  if (found === undefined) throw wrong(name, `one of ${allowed.join(', ')}`, value)
  return found
}

function whole(name: string, value: Json | undefined): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value
  throw wrong(name, 'a whole number', value)
}

const wrong = (name: string, expected: string, value: Json | undefined): GymError =>
  new GymError('CONFIG_INVALID', `option ${name} of search-qa is ${expected}, not ${shown(value)}`)
