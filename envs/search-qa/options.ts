import { OptionReader } from '../../core/data/option-reader.ts'
import { type OptionRanges, SEED_RANGE } from '../../core/data/options.ts'
import { parseSeed, type Seed } from '../../core/data/rng.ts'
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

const read = new OptionReader('search-qa')

/** @throws GymError CONFIG_INVALID naming the option, SEED_INVALID */
export function questionSettings(options: JsonObject): QuestionSettings {
  return {
    protocol: read.oneOf('protocol', PROTOCOLS, options.protocol),
    folder: folderOf(options.folder),
    articles: read.whole('articles', options.articles),
    hops: read.whole('hops', options.hops),
    tasks: read.whole('tasks', options.tasks),
    hits: read.whole('hits', options.hits),
    steps: read.whole('steps', options.steps),
    reward: read.oneOf('reward', REWARDS, options.reward),
    historyLength: read.whole('historyLength', options.historyLength),
    seed: parseSeed(options.seed),
  }
}

function folderOf(value: Json | undefined): string | null {
  if (value === null || typeof value === 'string') return value
  throw read.wrong('folder', 'the path of a folder, or null', value)
}
