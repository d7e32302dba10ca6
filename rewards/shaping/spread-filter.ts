import { isUseful } from '../curation/sampling.ts'
import { Fields } from './fields.ts'
import { wholeOf } from './gate.ts'
import type { LeftOut, Measures, MissingSignal, Subject } from './measures.ts'

/**
 * Groups that teach something by their differences: those whose outcome is not the same for all members (DAPO, arXiv
 * 2503.14476, equation 11: `hasSpread`), whose mean outcome is within `least` and `most`, as in PRIME's accuracy filter,
 * and whose outcomes have a deviation of at least `deviation`, as ReST-RL and RLPR filter prompts. A group of one stays,
 * as in verl, unless a deviation is asked for. A trajectory that lacks its outcome takes no part.
 */
export interface SpreadFilter {
  readonly kind: 'spread'
  /** Name of the outcome signal, or `return`: the sum of the environment's rewards. @default 'return' */
  readonly outcome?: string
  /** Least mean outcome of a group. */
  readonly least?: number
  /** Greatest mean outcome of a group. */
  readonly most?: number
  /** Least standard deviation of a group's outcomes, of a population. */
  readonly deviation?: number
}

/** @throws GymError CONFIG_INVALID */
export function parseSpread(path: string, json: unknown): SpreadFilter {
  const fields = new Fields(path, json, ['kind', 'outcome', 'least', 'most', 'deviation'])
  return {
    kind: 'spread',
    ...(fields.has('outcome') && { outcome: fields.name('outcome') }),
    ...fields.band(),
    ...(fields.has('deviation') && { deviation: fields.numberWithin('deviation', 0, Infinity) }),
  }
}

/** Signal whose spread is asked for. */
export const spreadOver = ({ outcome = RETURN }: SpreadFilter): string => (outcome === RETURN ? 'env' : outcome)

const RETURN = 'return'

/** Whether the sum of the environment's rewards is meant. */
export const isReturn = ({ outcome = RETURN }: SpreadFilter): boolean => outcome === RETURN

const outcomeOf = (filter: SpreadFilter, subject: Subject): Measures =>
  isReturn(filter) ? wholeOf(subject, 'env', 'sum') : subject.outcome(spreadOver(filter))

/** Subjects of groups that teach nothing, and those without an outcome, each with why. */
export function withoutSpread(filter: SpreadFilter, subjects: readonly Subject[]): LeftOut {
  const judged = subjects.map((subject) => ({ subject, measures: outcomeOf(filter, subject) }))
  const reason: readonly MissingSignal[] = [{ signal: spreadOver(filter), index: null, reason: 'filtered' }]
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
