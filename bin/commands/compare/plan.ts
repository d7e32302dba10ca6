import { GymError } from '../../../core/data/errors.ts'
import { shown } from '../../../core/data/shown.ts'
import type { ComparisonPlan } from '../../../evaluation/comparison/plan.ts'
import { methodNamed, PRESETS } from '../../../evaluation/comparison/presets.ts'

/** What the flags change of a preset. */
export interface PlanFlags {
  readonly full?: boolean
  readonly methods?: readonly string[]
  readonly rates?: readonly string[]
  readonly seeds?: number
  readonly trialSeeds?: number
  readonly budget?: number
}

/** Above this nothing is learnt. */
const GREATEST_RATE = 10

/** Where the seeds on which rates are chosen begin: far from those that are reported. */
const FIRST_TRIAL_SEED = 101

/** @throws GymError CONFIG_INVALID for methods and rates, ESTIMATOR_UNKNOWN */
export async function planOf(flags: PlanFlags, userFolder: string): Promise<ComparisonPlan> {
  const { methodNames, ...preset } = flags.full ? PRESETS.full : PRESETS.quick
  const names = distinct('methods', flags.methods ?? methodNames)
  const methods = await Promise.all(names.map((name) => methodNamed(name, { userFolder })))
  return {
    ...preset,
    methods,
    ...(flags.rates && { rates: distinct('rates', flags.rates).map(rateOf) }),
    ...(flags.seeds !== undefined && { seeds: seedsFrom(1, flags.seeds) }),
    ...(flags.trialSeeds !== undefined && { trialSeeds: seedsFrom(FIRST_TRIAL_SEED, flags.trialSeeds) }),
    ...(flags.budget !== undefined && { budget: flags.budget }),
  }
}

function seedsFrom(first: number, count: number): readonly number[] {
  if (count >= FIRST_TRIAL_SEED)
    throw new GymError('CONFIG_INVALID', `${count} seeds are more than there are: give at most ${FIRST_TRIAL_SEED - 1}`)
  return Array.from({ length: count }, (_, at) => first + at)
}

function distinct(name: string, given: readonly string[]): readonly string[] {
  const twice = given.find((each, at) => given.indexOf(each) !== at)
  if (twice === undefined && given.length > 0) return given
  const what = twice === undefined ? 'nothing' : `${shown(twice)} twice`
  throw new GymError('CONFIG_INVALID', `--${name} has ${what}: give each once, comma separated`)
}

function rateOf(text: string): number {
  const rate = Number(text)
  if (text.trim() !== '' && rate > 0 && rate <= GREATEST_RATE) return rate
  throw new GymError('CONFIG_INVALID', `a learning rate is above 0 and at most ${GREATEST_RATE}, not ${shown(text)}`)
}
