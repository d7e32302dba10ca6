import { isUseful } from '../curation/sampling.ts'
import { Fields } from './fields.ts'
import type { MissingSignal, Subject } from './measures.ts'

/**
 * Groups that teach something by their differences: those whose outcome is not the same for all members (DAPO, arXiv
 * 2503.14476, equation 11: `hasSpread`), and whose mean outcome is within `least` and `most`, as in PRIME's accuracy
 * filter. A group of one stays, as in verl. A trajectory that lacks its outcome takes no part.
 */
export interface SpreadFilter {
  readonly kind: 'spread'
  /** Name of the outcome signal. */
  readonly outcome: string
  /** Least mean outcome of a group. */
  readonly least?: number
  /** Greatest mean outcome of a group. */
  readonly most?: number
}

/** @throws GymError CONFIG_INVALID */
export function parseSpread(path: string, json: unknown): SpreadFilter {
  const fields = new Fields(path, json, ['kind', 'outcome', 'least', 'most'])
  return {
    kind: 'spread',
    outcome: fields.name('outcome'),
    ...(fields.has('least') && { least: fields.number('least') }),
    ...(fields.has('most') && { most: fields.number('most') }),
  }
}

/** Subjects of groups that teach nothing, and those without an outcome, each with why. */
export function withoutSpread(
  filter: SpreadFilter,
  subjects: readonly Subject[],
): ReadonlyMap<Subject, readonly MissingSignal[]> {
  const judged = subjects.map((subject) => ({ subject, measures: subject.outcome(filter.outcome) }))
  const reason: readonly MissingSignal[] = [{ signal: filter.outcome, index: null, reason: 'filtered' }]
  const metrics = new Map<string, number[]>()
  for (const { subject, measures } of judged) {
    const own = metrics.get(subject.group) ?? []
    metrics.set(subject.group, own)
    own.push(...measures.values.filter((value) => value !== null))
  }
  const useful = new Set([...metrics].flatMap(([group, metric]) => (isUseful({ metric }, filter) ? [group] : [])))
  return new Map(
    judged.flatMap(({ subject, measures }) => {
      if ((measures.values[0] ?? null) === null) return [[subject, measures.missing] as const]
      return useful.has(subject.group) ? [] : [[subject, reason] as const]
    }),
  )
}
