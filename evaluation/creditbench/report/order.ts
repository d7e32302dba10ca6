import { PLANTED } from '../entries.ts'
import { MEASURES, type MeasureName } from '../measures/catalog.ts'
import type { ConditionResult } from '../run.ts'

/** Results of one row of the bench over all worlds: means of the defined values. */
export interface Overall {
  readonly label: string
  readonly isPlanted: boolean
  /** Whether it was given signals that only a bench has. */
  readonly isGiven: boolean
  readonly measures: Readonly<Partial<Record<MeasureName, number>>>
  /** Milliseconds for 1,000 steps: the geometric mean over worlds. */
  readonly msPer1000: number | null
}

/**
 * Every row of the bench in the order of all tables and pictures of a report: the planted ones, then the others by the
 * mean cosine of the gradient of one batch over the worlds, the best first.
 */
export function overallOf(results: readonly ConditionResult[]): readonly Overall[] {
  const worlds = results.filter(({ study }) => study === 'worlds')
  const labels = [...new Set(worlds.flatMap(({ scores }) => scores.map(({ label }) => label)))]
  const planted = PLANTED.map(({ label }) => label)
  const all = labels.map((label) => overallRow(worlds, label, planted.includes(label)))
  const rankOf = ({ label, isPlanted }: Overall): number => (isPlanted ? planted.indexOf(label) : planted.length)
  return all.toSorted((a, b) => rankOf(a) - rankOf(b) || qualityOf(b) - qualityOf(a))
}

const qualityOf = ({ measures }: Overall): number => measures.cosine ?? -2

function overallRow(worlds: readonly ConditionResult[], label: string, isPlanted: boolean): Overall {
  const scores = worlds.flatMap((each) => each.scores.filter((score) => score.label === label && score.reason === null))
  const known = (name: MeasureName): readonly (readonly [MeasureName, number])[] => {
    const mean = meanOf(scores.flatMap(({ measures }) => measures[name]?.value ?? []))
    return mean === null ? [] : [[name, mean]]
  }
  const logs = meanOf(scores.flatMap(({ msPer1000 }) => (msPer1000 > 0 ? [Math.log(msPer1000)] : [])))
  return {
    label,
    isPlanted,
    isGiven: scores.some(({ given }) => given.length > 0),
    measures: Object.fromEntries(MEASURES.flatMap(({ name }) => known(name))),
    msPer1000: logs === null ? null : Math.exp(logs),
  }
}

const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length

/** Things with labels, in the order of `overallOf`; what it does not have comes last. */
export function inOrder<T extends { readonly label: string }>(
  things: readonly T[],
  order: readonly Overall[],
): readonly T[] {
  const places = new Map(order.map(({ label }, at) => [label, at]))
  const placeOf = ({ label }: T): number => places.get(label) ?? order.length
  return things.toSorted((a, b) => placeOf(a) - placeOf(b))
}
