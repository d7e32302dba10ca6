import { CHANNELS, type Channel } from '../../browser/find.ts'
import { OptionReader } from '../../core/data/option-reader.ts'
import { type OptionRanges, SEED_RANGE, TASKS_RANGE, TIME_RANGE } from '../../core/data/options.ts'
import type { Json } from '../../core/data/types.ts'

const OBSERVATIONS = ['accessibility', 'text', 'html', 'screenshot', 'marks'] as const
const PICTURES = ['png', 'jpeg'] as const

/** Options of the environment: recorded with every run. */
export type PageOptions = {
  /** As `readTasks` reads them. Empty for those of the built-in pages. */
  readonly tasks: readonly Json[]
  /** Origins that pages may load from. */
  readonly allow: readonly Json[]
  /** Families of generated tasks with commas; empty for all. */
  readonly families: string
  /** Generated tasks of the split train; dev and test have a quarter of it each. */
  readonly generated: number
  readonly dataSeed: number
  readonly observation: (typeof OBSERVATIONS)[number]
  readonly picture: (typeof PICTURES)[number]
  readonly channel: Channel
  /** Steps of an episode. */
  readonly steps: number
  /** Milliseconds that one action has to find its element, and a page to load. */
  readonly actionMs: number
  /** Characters of a page in one observation. */
  readonly shownCharacters: number
  readonly width: number
  readonly height: number
}

export const DEFAULTS: PageOptions = {
  tasks: [],
  allow: [],
  families: '',
  generated: 80,
  dataSeed: 0,
  observation: 'accessibility',
  picture: 'jpeg',
  channel: 'auto',
  steps: 20,
  actionMs: 5000,
  shownCharacters: 20_000,
  width: 1024,
  height: 768,
}

export const RANGES: OptionRanges = {
  generated: TASKS_RANGE,
  dataSeed: SEED_RANGE,
  steps: [1, 10_000],
  actionMs: TIME_RANGE,
  shownCharacters: [100, 1_000_000],
  width: [320, 4096],
  height: [240, 4096],
}

const read = new OptionReader('browser')

/** @throws GymError CONFIG_INVALID naming the option */
export function expectOptions(options: PageOptions): void {
  read.oneOf('observation', OBSERVATIONS, options.observation)
  read.oneOf('picture', PICTURES, options.picture)
  read.oneOf('channel', CHANNELS, options.channel)
  for (const name of ['generated', 'dataSeed', 'steps', 'actionMs', 'shownCharacters', 'width', 'height'] as const)
    read.whole(name, options[name])
}
