import { GymError } from '../data/errors.ts'
import { shown } from '../data/shown.ts'
import type { Json, JsonObject } from '../data/types.ts'
import { expectWhole } from '../episode/settings.ts'
import { gradeValue, playOutValue, returnValue, signalValue, type ValueFunction } from './values.ts'

/** Value functions under names of their own, beside those that every mode knows. */
export type NamedValues = Readonly<Record<string, ValueFunction>>

/** @throws GymError CONFIG_INVALID for what is not a whole number from `least` */
export function wholeOf(options: JsonObject, name: string, least: number): number {
  const value = options[name]
  const number = typeof value === 'number' ? value : Number.NaN
  expectWhole(name, number, least, 2 ** 31 - 1)
  return number
}

export const kOf = (options: JsonObject, least: number): number => wholeOf(options, 'k', least)

/** One number represents a list of one. */
export function wholesOf(options: JsonObject, name: string): readonly number[] {
  const value = options[name] ?? []
  const items: readonly Json[] = isList(value) ? value : [value]
  return items.map((item) => wholeOf({ [name]: item }, name, 0))
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value)

/** A number whose range was checked before. @throws GymError CONFIG_INVALID for what is not a number */
export function numberOf(options: JsonObject, name: string): number {
  const value = options[name]
  if (typeof value === 'number') return value
  throw invalid(`option ${name} is a number, not ${shown(value)}`)
}

export function oneOf<T extends string>(options: JsonObject, name: string, choices: readonly T[]): T {
  const chosen = choices.find((choice) => choice === options[name])
  if (chosen !== undefined) return chosen
  throw invalid(`option ${name} is one of ${choices.join(', ')}, not ${shown(options[name])}`)
}

/** @throws GymError CONFIG_INVALID */
export function valueFunctionOf(options: JsonObject, named: NamedValues = {}): ValueFunction {
  const text = `${options.value}`
  const [kind = '', name = ''] = text.split(/:(.*)/s)
  const own = Object.hasOwn(named, text) ? named[text] : undefined
  if (own) return own
  if (kind === 'return' && name === '') return returnValue
  if (kind === 'play-outs' && name === '') return playOutValue(wholeOf(options, 'playOuts', 1))
  if (kind === 'grade' && name !== '') return gradeValue(name)
  if (kind === 'signal' && name !== '') return signalValue(name)
  const listed = ['return', 'play-outs', 'grade:NAME', ...Object.keys(named)].join(', ')
  throw invalid(`a value is ${listed} or signal:NAME, not ${shown(options.value)}`)
}

/** A refusal of options. */
export const invalid = (message: string): GymError => new GymError('CONFIG_INVALID', message)
