import { GymError } from '../../core/data/errors.ts'
import { type OptionRanges, SEED_RANGE } from '../../core/data/options.ts'
import { parseSeed, type Seed } from '../../core/data/rng.ts'
import { shown } from '../../core/data/shown.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
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

/** @throws GymError CONFIG_INVALID naming the option, SEED_INVALID */
export function procedureSettings(options: JsonObject): ProcedureSettings {
  const [shortest, longest] = [whole('shortest', options.shortest), whole('longest', options.longest)]
  if (shortest > longest) throw wrong('shortest', `at most longest, which is ${longest}`, shortest)
  return {
    rules: rulesOf(oneOf('rule', ['all', ...RULES.map(({ name }) => name)], options.rule)),
    shortest,
    longest,
    tasks: whole('tasks', options.tasks),
    reward: oneOf('reward', REWARDS, options.reward),
    control: oneOf('control', CONTROLS, options.control),
    seed: parseSeed(options.seed),
  }
}

function rulesOf(name: string): ProcedureSettings['rules'] {
  const [first = RULES[0], ...others] = RULES.filter((rule) => name === 'all' || rule.name === name)
  return [first, ...others]
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
  new GymError('CONFIG_INVALID', `option ${name} of procedures is ${expected}, not ${shown(value)}`)
