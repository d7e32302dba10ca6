import { OptionReader } from '../../core/data/option-reader.ts'
import { type OptionRanges, SEED_RANGE } from '../../core/data/options.ts'
import { parseSeed, type Seed } from '../../core/data/rng.ts'
import type { JsonObject } from '../../core/data/types.ts'
import type { Rule } from './rule.ts'
import { RULES } from './rules/index.ts'

const REWARDS = ['steps', 'final'] as const
const CONTROLS = ['none', 'random', 'inverted'] as const

export interface ProcedureSettings {
  /** Rules of tasks, in turn; one at least. */
  readonly rules: readonly [Rule, ...Rule[]]
  /** Fewest and most states that the rules are asked for. */
  readonly shortest: number
  readonly longest: number
  readonly tasks: number
  readonly reward: (typeof REWARDS)[number]
  /** What is done to rewards, to test whether learning comes from them. */
  readonly control: (typeof CONTROLS)[number]
  readonly seed: Seed
}

export const DEFAULT_OPTIONS = {
  rule: 'all',
  shortest: 3,
  longest: 8,
  tasks: 160,
  reward: 'steps',
  control: 'none',
  seed: 0,
} as const

export const RANGES: OptionRanges = {
  shortest: [2, 24],
  longest: [2, 24],
  tasks: [1, 20_000],
  seed: SEED_RANGE,
}

const read = new OptionReader('procedures')

/** @throws GymError CONFIG_INVALID naming the option, SEED_INVALID */
export function procedureSettings(options: JsonObject): ProcedureSettings {
  const [shortest, longest] = [read.whole('shortest', options.shortest), read.whole('longest', options.longest)]
  if (shortest > longest) throw read.wrong('shortest', `at most longest, which is ${longest}`, shortest)
  return {
    rules: rulesOf(read.oneOf('rule', ['all', ...RULES.map(({ name }) => name)], options.rule)),
    shortest,
    longest,
    tasks: read.whole('tasks', options.tasks),
    reward: read.oneOf('reward', REWARDS, options.reward),
    control: read.oneOf('control', CONTROLS, options.control),
    seed: parseSeed(options.seed),
  }
}

function rulesOf(name: string): ProcedureSettings['rules'] {
  const [first = RULES[0], ...others] = RULES.filter((rule) => name === 'all' || rule.name === name)
  return [first, ...others]
}
