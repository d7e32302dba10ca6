import { Fields, kindOf } from './fields.ts'
import { wholeOf } from './gate.ts'
import type { MissingSignal, Subject } from './measures.ts'

/**
 * The process consistency filter PROF (arXiv 2509.03403): process scores choose which trajectories of a group are
 * learnt from, and pay nothing themselves. Successes and failures are ranked apart by their mean process score a step;
 * the lowest successes and the highest failures leave, as many of each as brings their numbers closest together. No
 * code was released with the paper's figures; where the number to remove is odd, one success more leaves.
 */
export interface Filter {
  readonly kind: 'prof'
  /** Name of the signal that scores each step. */
  readonly process: string
  /** Name of the outcome signal: a trajectory succeeds where it is at least `atLeast`. */
  readonly outcome: string
  readonly atLeast: number
  /** Share of a group's judged trajectories that stay, rounded, at least one. */
  readonly keep: number
  /** `correct-only`: failures leave in order of place, the last first, independent of their process rewards. */
  readonly variant: 'both' | 'correct-only'
}

/** @throws GymError CONFIG_INVALID */
export function parseFilter(path: string, json: unknown): Filter {
  const kind = kindOf(path, json, ['prof'])
  const fields = new Fields(path, json, ['kind', 'process', 'outcome', 'atLeast', 'keep', 'variant'])
  return {
    kind,
    process: fields.name('process'),
    outcome: fields.name('outcome'),
    atLeast: fields.number('atLeast'),
    keep: fields.numberWithin('keep', 0, 1),
    variant: fields.oneOf('variant', ['both', 'correct-only']),
  }
}

/** Subjects that take no part, each with why. */
export type LeftOut = ReadonlyMap<Subject, readonly MissingSignal[]>

/** Those that the filter takes out, and those that it cannot judge. */
export function leftOut(filter: Filter | undefined, subjects: readonly Subject[]): LeftOut {
  if (filter === undefined) return new Map()
  const judged = subjects.map((subject) => judge(filter, subject))
  const groups = new Map<string, Judged[]>()
  for (const each of judged.filter(({ missing }) => missing.length === 0)) {
    const group = groups.get(each.subject.group) ?? []
    groups.set(each.subject.group, group)
    group.push(each)
  }
  const removed = [...groups.values()].flatMap((group) => removedOf(filter, group))
  const reason: readonly MissingSignal[] = [{ signal: filter.process, index: null, reason: 'filtered' }]
  return new Map([
    ...judged.filter(({ missing }) => missing.length > 0).map(({ subject, missing }) => [subject, missing] as const),
    ...removed.map((subject) => [subject, reason] as const),
  ])
}

interface Judged {
  readonly subject: Subject
  readonly process: number
  readonly isCorrect: boolean
  readonly missing: readonly MissingSignal[]
}

function judge({ process, outcome, atLeast }: Filter, subject: Subject): Judged {
  const score = wholeOf(subject, process, 'mean')
  const success = subject.outcome(outcome)
  return {
    subject,
    process: score.values[0] ?? 0,
    isCorrect: (success.values[0] ?? 0) >= atLeast,
    missing: [...score.missing, ...success.missing],
  }
}

function removedOf({ keep, variant }: Filter, group: readonly Judged[]): readonly Subject[] {
  const correct = group.filter(({ isCorrect }) => isCorrect).toSorted((a, b) => a.process - b.process)
  const wrong = group.filter(({ isCorrect }) => !isCorrect)
  const ranked = variant === 'both' ? wrong.toSorted((a, b) => b.process - a.process) : wrong.toReversed()
  const total = group.length - Math.max(1, Math.round(keep * group.length))
  const balanced = Math.ceil((total + correct.length - wrong.length) / 2)
  const fromCorrect = Math.min(Math.max(balanced, total - wrong.length, 0), total, correct.length)
  return [...correct.slice(0, fromCorrect), ...ranked.slice(0, total - fromCorrect)].map(({ subject }) => subject)
}
