import { GymError } from '../../core/data/errors.ts'
import { nearAnd } from '../../core/data/near.ts'
import type { OptionRanges } from '../../core/data/options.ts'
import { shown } from '../../core/data/shown.ts'
import type { JsonObject } from '../../core/data/types.ts'
import { WHITEN_EPSILON } from './sequences.ts'

/** What an option may hold: JSON. */
export type OptionValue = number | boolean | string | readonly string[] | readonly number[]

/** One option: its default, what it may be, and how that is said. */
export interface OptionSpec<T extends OptionValue> {
  readonly default: T
  readonly says: string
  /** Least and greatest value of a number. */
  readonly range?: readonly [least: number, greatest: number]
  readonly allows: (value: unknown) => value is T
}

/** Options by name. */
export type OptionSpecs = Readonly<
  Record<
    string,
    | OptionSpec<number>
    | OptionSpec<boolean>
    | OptionSpec<string>
    | OptionSpec<readonly string[]>
    | OptionSpec<readonly number[]>
  >
>
/** Values of the options that are specified so. */
export type OptionsOf<Specs> = {
  readonly [Name in keyof Specs]: Specs[Name] extends OptionSpec<infer T> ? T : never
}

const MOST = Number.MAX_VALUE

/** A finite number within bounds. One that says how much is made of something is a `whole` one. */
export const number = (fallback: number, low = -MOST, high = MOST): OptionSpec<number> => ({
  default: fallback,
  says: `a number${low === -MOST ? '' : ` from ${low}`}${high === MOST ? '' : ` to ${high}`}`,
  range: [low, high],
  allows: (value): value is number => typeof value === 'number' && value >= low && value <= high,
})

/** A whole number within bounds. */
export const whole = (fallback: number, low: number, high = 1_000_000): OptionSpec<number> => ({
  default: fallback,
  says: `a whole number from ${low} to ${high}`,
  range: [low, high],
  allows: (value): value is number =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= low && value <= high,
})

/** True or false. */
export const flag = (fallback: boolean): OptionSpec<boolean> => ({
  default: fallback,
  says: 'true or false',
  allows: (value) => typeof value === 'boolean',
})

/** The name of a signal or anchor. */
export const name = (fallback: string): OptionSpec<string> => ({
  default: fallback,
  says: 'a name',
  allows: (value): value is string => typeof value === 'string' && value !== '',
})

/** One of some names. */
export const choice = <const T extends string>(fallback: NoInfer<T>, choices: readonly T[]): OptionSpec<T> => ({
  default: fallback,
  says: `one of ${choices.join(', ')}`,
  allows: (value): value is T => choices.some((each) => each === value),
})

/** Names of signals, each once. */
export const names = (fallback: readonly string[]): OptionSpec<readonly string[]> => ({
  default: fallback,
  says: 'an array of different names, such as ["success","format"]',
  allows: (value): value is readonly string[] =>
    Array.isArray(value) &&
    value.length > 0 &&
    new Set(value).size === value.length &&
    value.every((each) => typeof each === 'string' && each !== ''),
})

/** Finite numbers. */
export const numbers = (fallback: readonly number[]): OptionSpec<readonly number[]> => ({
  default: fallback,
  says: 'an array of numbers, such as [1,0.5]',
  allows: (value): value is readonly number[] => Array.isArray(value) && value.every((each) => Number.isFinite(each)),
})

export const defaultsOf = (specs: object): JsonObject =>
  Object.fromEntries(Object.entries(specs).map(([key, spec]: [string, OptionSpec<string>]) => [key, spec.default]))

/** Ranges of the numeric ones. */
export const rangesOf = (specs: object): OptionRanges =>
  Object.fromEntries(
    Object.entries(specs).flatMap(([key, { range }]: [string, OptionSpec<number>]) => (range ? [[key, range]] : [])),
  )

/**
 * Chosen options over the defaults.
 * @throws GymError CONFIG_INVALID for an unknown option or an invalid value.
 */
export function resolveOptions<Specs extends OptionSpecs>(
  owner: string,
  specs: Specs,
  chosen: JsonObject = {},
): OptionsOf<Specs> {
  const foreign = Object.keys(chosen).find((key) => !Object.hasOwn(specs, key))
  if (foreign !== undefined) {
    const known = Object.keys(specs)
    throw configInvalid(`${owner} has no option ${foreign}: ${nearAnd(foreign, known, `it has ${known.join(', ')}`)}`)
  }
  const resolved = { ...defaultsOf(specs), ...chosen }
  for (const [key, spec] of Object.entries(specs))
    if (!spec.allows(resolved[key]))
      throw configInvalid(`${owner}: ${key} should be ${spec.says}, not ${shown(resolved[key])}`)
  if (isResolved(specs, resolved)) return resolved
  throw configInvalid(`${owner}: options could not be read`)
}

const isResolved = <Specs extends OptionSpecs>(
  specs: Specs,
  values: JsonObject,
): values is OptionsOf<Specs> & JsonObject => Object.entries(specs).every(([key, spec]) => spec.allows(values[key]))

export const configInvalid = (message: string): GymError => new GymError('CONFIG_INVALID', message)

/** Options that every estimator has. */
export const COMMON = {
  /** `reference`: as the released code does, quirks and all. `paper`: as its text says, or, where both err, exactly. */
  mode: choice('paper', ['paper', 'reference']),
  /** What becomes of steps that need a value which is null: never zero. */
  onNull: choice('drop-trajectory', ['drop-trajectory', 'drop-row', 'error']),
  /** Usable trajectories that a group must have, else its rows are masked; in reference mode 1. */
  minGroupSize: whole(2, 1),
} as const

/** Whether what is centred is divided by its deviation. */
export const NORM = choice('mean_std_norm', ['mean_std_norm', 'mean_norm'])
/** Added to a deviation before it divides; from 0. */
export const EPSILON = number(1e-6, 0)
/** Added to the variance that whitening divides by the root of; fixed at 1e-8 in verl. */
export const WHITEN = number(WHITEN_EPSILON, Number.MIN_VALUE)
/** Discount a step, 0 to 1. */
export const GAMMA = number(0.95, 0, 1)
/** Taken off a row's value where its action was invalid. */
export const PENALTY = number(0.1, 0)
