import { GymError } from '../../core/data/errors.ts'
import { shown } from '../../core/data/shown.ts'
import type { Json } from '../../core/data/types.ts'
import { sumOf } from '../numbers.ts'
import { isObject } from '../recorded.ts'

/** One thing that a rubric asks of a trajectory. */
export interface Criterion {
  readonly name: string
  /** What is asked, as a sentence. */
  readonly asks: string
  /** Above 0. */
  readonly weight: number
  /** Whether a low score of it alone makes the whole 0. */
  readonly veto: boolean
}

/**
 * Criteria of a rubric: a list of `{ name, asks, weight, veto }`; a weight is 1 and a veto false where it is left out.
 * @throws GymError CONFIG_INVALID
 */
export function rubricIn(value: Json, owner: string): readonly Criterion[] {
  const fail = (what: string): never => {
    throw new GymError('CONFIG_INVALID', `${owner}: ${what}`)
  }
  if (!Array.isArray(value) || value.length === 0) return fail('a rubric is a list of at least one criterion')
  const criteria = value.map((each: Json) => criterionOf(each) ?? fail(`a criterion is ${FORM}, not ${shown(each)}`))
  const names = criteria.map(({ name }) => name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  return twice === undefined ? criteria : fail(`two criteria are called ${shown(twice)}`)
}

const FORM = '{ name, asks, weight above 0, veto }'

function criterionOf(value: Json): Criterion | null {
  if (!isObject(value)) return null
  const { name, asks, weight = 1, veto = false } = value
  const isSound = typeof name === 'string' && name !== '' && typeof asks === 'string' && asks !== ''
  return isSound && typeof weight === 'number' && weight > 0 && typeof veto === 'boolean'
    ? { name, asks, weight, veto }
    : null
}

/**
 * Weighted mean of scores, 0 to 1; 0 where a criterion with a veto has less than `vetoBelow`.
 * @param scores from 0 to 1, in the order of the criteria
 */
export function rubricScore(criteria: readonly Criterion[], scores: readonly number[], vetoBelow: number): number {
  const isVetoed = criteria.some(({ veto }, at) => veto && (scores[at] ?? 0) < vetoBelow)
  if (isVetoed) return 0
  const weighted = criteria.map(({ weight }, at) => weight * (scores[at] ?? 0))
  return sumOf(weighted) / sumOf(criteria.map(({ weight }) => weight))
}
