import { GymError } from '../../../core/data/errors.ts'
import { type OptionRanges, SEED_RANGE } from '../../../core/data/options.ts'
import { BACKEND_NAMES } from '../../../sandbox/types.ts'

/** Options of the environment: recorded with every run. */
export type PythonOptions = {
  /** Origin of the tasks: `generated`, `humaneval`, `mbpp`, `sanitized-mbpp`, or `folder` for tasks of your own. */
  readonly dataset: string
  /** File of the data set, or folder of your own tasks; empty for generated tasks. */
  readonly data: string
  /** Seed of generated tasks. */
  readonly dataSeed: number
  /** Generated tasks of the split train; validation and test have a quarter of it each. */
  readonly tasks: number
  /** Names of families of generated tasks, with commas; empty for all. */
  readonly families: string
  /** Functions of a generated task. */
  readonly functions: number
  /** Functions that one more function chains; 1 for none. */
  readonly depth: number
  /** Share of generated tasks that give a file with mistakes, 0 to 1. */
  readonly broken: number
  /** Files of a generated task that have nothing to do with it. */
  readonly distractors: number
  /** `hidden`, or `public` where one argument at a boundary is among the public tests of each function. */
  readonly edgeCases: string
  /** Tests of an MBPP problem that the agent sees. */
  readonly shownTests: number
  /** Steps of an episode. */
  readonly steps: number
  /**
   * When hidden tests run: at the `end`, for what the workspace was after every step; at the end for the last one alone,
   * and public ones only where the agent asks for them, `request`; or after every step that `change`s the workspace, before
   * its reply.
   */
  readonly judged: string
  /** Reward of the last step: 1 where `all` tests pass, else 0; or the `share` that passes. */
  readonly reward: string
  /** Whether a submission is compared with the reference solution on other arguments than those of the tests. */
  readonly probe: boolean
  /** Milliseconds of a program that the agent runs. */
  readonly runMs: number
  /** Milliseconds of all tests together that run at one time: after a change, or at the end. */
  readonly judgeMs: number
  /** Milliseconds of the programs and tests of one step that run before its reply. */
  readonly stepMs: number
  /** Milliseconds of the programs and tests of all steps; the episode ends once it is used up. */
  readonly episodeMs: number
  /** Characters of output, results or a file in one observation. */
  readonly shownCharacters: number
  /** Files of the workspace, and UTF-8 bytes of all of them together. */
  readonly workspaceFiles: number
  readonly workspaceBytes: number
  /** Back end of the sandbox; `auto` for the strongest of the machine. */
  readonly backend: string
}

export const DEFAULTS: PythonOptions = {
  dataset: 'generated',
  data: '',
  dataSeed: 0,
  tasks: 160,
  families: '',
  functions: 3,
  depth: 2,
  broken: 0.3,
  distractors: 1,
  edgeCases: 'hidden',
  shownTests: 1,
  steps: 20,
  judged: 'end',
  reward: 'all',
  probe: true,
  runMs: 5000,
  judgeMs: 20_000,
  stepMs: 20_000,
  episodeMs: 600_000,
  shownCharacters: 4000,
  workspaceFiles: 64,
  workspaceBytes: 1_000_000,
  backend: 'auto',
}

const CHOICES = {
  dataset: ['generated', 'humaneval', 'mbpp', 'sanitized-mbpp', 'folder'],
  edgeCases: ['hidden', 'public'],
  judged: ['end', 'request', 'change'],
  reward: ['all', 'share'],
  backend: ['auto', ...BACKEND_NAMES],
} as const

export const RANGES = {
  dataSeed: SEED_RANGE,
  tasks: [1, 10_000],
  functions: [1, 12],
  depth: [1, 6],
  broken: [0, 1],
  distractors: [0, 12],
  shownTests: [0, 100],
  steps: [1, 1000],
  runMs: [1, 600_000],
  judgeMs: [1, 600_000],
  stepMs: [1, 600_000],
  episodeMs: [1, 86_400_000],
  shownCharacters: [100, 1_000_000],
  workspaceFiles: [1, 500],
  workspaceBytes: [1, 8_000_000],
} as const satisfies OptionRanges

/** Functions and distractors of all tasks together: they take 2 GB. */
const MOST_FUNCTIONS = 100_000

/** @throws GymError CONFIG_INVALID */
export function expectOptions(options: PythonOptions): void {
  for (const [name, choices] of Object.entries(CHOICES)) {
    const value = options[name as keyof typeof CHOICES]
    if (!choices.some((choice) => choice === value)) throw invalid(name, `one of ${choices.join(', ')}`, value)
  }
  const { broken, ...whole } = RANGES
  for (const name of Object.keys(whole) as readonly (keyof typeof whole)[])
    if (!Number.isSafeInteger(options[name])) throw invalid(name, 'a whole number', options[name])
  const { tasks, functions, distractors } = options
  if (tasks * (functions + distractors) > MOST_FUNCTIONS)
    throw new GymError(
      'CONFIG_INVALID',
      `sandbox-python: ${tasks} tasks of ${functions + distractors} functions and distractors are more than ${MOST_FUNCTIONS}: ask for fewer`,
    )
  const { dataset, data } = options
  if ((dataset === 'generated') !== (data === ''))
    throw new GymError('CONFIG_INVALID', `sandbox-python: ${data === '' ? withoutData(dataset) : WITHOUT_DATASET}`)
}

const withoutData = (dataset: string): string =>
  `dataset "${dataset}" needs the option data, the path of its file or folder, as in data=PATH`

const WITHOUT_DATASET =
  'the option data is for other data sets than "generated": set dataset to the one that is read from there, or leave data out'

const invalid = (name: string, what: string, value: unknown): GymError =>
  new GymError('CONFIG_INVALID', `option ${name} of sandbox-python is ${what}, not ${JSON.stringify(value)}`)
