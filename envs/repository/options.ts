import { OptionReader } from '../../core/data/option-reader.ts'
import { type OptionRanges, SEED_RANGE, SHARE_RANGE } from '../../core/data/options.ts'
import { parseSeed, type Seed } from '../../core/data/rng.ts'
import type { JsonObject } from '../../core/data/types.ts'
import { BACKEND_NAMES } from '../../sandbox/types.ts'

const REPORTS = ['call', 'function', 'package'] as const
const JUDGED = ['end', 'submission', 'change'] as const
const REWARDS = ['resolved', 'graded'] as const

export const DEFAULT_OPTIONS = {
  folder: '',
  seed: 0,
  tasks: 160,
  families: '',
  bugs: 1,
  packages: 2,
  report: 'call',
  shown: 0.5,
  steps: 25,
  judged: 'end',
  reward: 'resolved',
  testMs: 10_000,
  judgeMs: 20_000,
  stepMs: 20_000,
  episodeMs: 600_000,
  shownCharacters: 4000,
  workspaceFiles: 200,
  workspaceBytes: 2_000_000,
  backend: 'auto',
} as const

export const RANGES = {
  seed: SEED_RANGE,
  tasks: [1, 10_000],
  bugs: [1, 3],
  packages: [1, 6],
  shown: SHARE_RANGE,
  steps: [1, 1000],
  testMs: [1, 600_000],
  judgeMs: [1, 600_000],
  stepMs: [1, 600_000],
  episodeMs: [1, 86_400_000],
  shownCharacters: [100, 1_000_000],
  workspaceFiles: [1, 500],
  workspaceBytes: [1, 8_000_000],
} as const satisfies OptionRanges

/** What is checked of the options. */
export interface RepositorySettings {
  /** Folder of tasks of one's own; empty for generated ones. */
  readonly folder: string
  readonly seed: Seed
  /** Generated tasks of the split train; validation and test have a quarter of it each. */
  readonly tasks: number
  /** Names of projects; empty for all. */
  readonly families: readonly string[]
  /** Seeded mistakes of a repository. */
  readonly bugs: number
  /** Packages of a repository, of which one has the mistakes. */
  readonly packages: number
  /** What the issue names: a call with a wrong result, a function, or the package. */
  readonly report: (typeof REPORTS)[number]
  /** Probability that a visible test stays in the repository that a mistake makes fail. */
  readonly shown: number
  readonly steps: number
  /** When hidden tests run: at the end, for the files after every step or only the last ones; or after each change. */
  readonly judged: (typeof JUDGED)[number]
  readonly reward: (typeof REWARDS)[number]
  /** Milliseconds of one run of visible tests, and of everything that is judged at one time. */
  readonly testMs: number
  readonly judgeMs: number
  /** Milliseconds of the programs of one step, and of an episode. */
  readonly stepMs: number
  readonly episodeMs: number
  /** Characters of one observation. */
  readonly shownCharacters: number
  readonly workspaceFiles: number
  readonly workspaceBytes: number
  readonly backend: string
}

const read = new OptionReader('repository')

/** @throws GymError CONFIG_INVALID naming the option, SEED_INVALID */
export function repositorySettings(options: JsonObject): RepositorySettings {
  const whole = (name: keyof typeof RANGES): number => read.whole(name, options[name], ...RANGES[name])
  const families = read.text('families', options.families)
  return {
    folder: read.text('folder', options.folder),
    seed: parseSeed(options.seed),
    tasks: whole('tasks'),
    families: families === '' ? [] : families.split(',').map((name) => name.trim()),
    bugs: whole('bugs'),
    packages: whole('packages'),
    report: read.oneOf('report', REPORTS, options.report),
    shown: Number(options.shown),
    steps: whole('steps'),
    judged: read.oneOf('judged', JUDGED, options.judged),
    reward: read.oneOf('reward', REWARDS, options.reward),
    testMs: whole('testMs'),
    judgeMs: whole('judgeMs'),
    stepMs: whole('stepMs'),
    episodeMs: whole('episodeMs'),
    shownCharacters: whole('shownCharacters'),
    workspaceFiles: whole('workspaceFiles'),
    workspaceBytes: whole('workspaceBytes'),
    backend: read.oneOf('backend', ['auto', ...BACKEND_NAMES], options.backend),
  }
}
