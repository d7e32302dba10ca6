import { type Aggregate, parseAggregate } from './aggregate.ts'
import { configInvalid, Fields } from './fields.ts'
import { wholeOf } from './gate.ts'
import type { LeftOut, MissingSignal, Subject } from './measures.ts'

/**
 * Trajectories that are likely enough by a signal, such as the policy's confidence in its answer (CRew) or the likelihood
 * of the reference answer (RLPR, DRO): those within `least` and `most`, and of each group the share `keep` with the
 * highest values, rounded, at least one; the first of equal ones. A trajectory that lacks the signal takes no part.
 */
export interface LikelihoodFilter {
  readonly kind: 'likelihood'
  readonly signal: string
  /** How steps become one number. @default 'mean' */
  readonly aggregate?: Aggregate
  readonly least?: number
  readonly most?: number
  /** Share of a group's trajectories that stays. */
  readonly keep?: number
}

/** @throws GymError CONFIG_INVALID */
export function parseLikelihood(path: string, json: unknown): LikelihoodFilter {
  const fields = new Fields(path, json, ['kind', 'signal', 'aggregate', 'least', 'most', 'keep'])
  if (!['least', 'most', 'keep'].some((name) => fields.has(name)))
    throw configInvalid(`${path} needs least, most or keep: it keeps everything without`)
  return {
    kind: 'likelihood',
    signal: fields.name('signal'),
    ...(fields.has('aggregate') && { aggregate: parseAggregate(fields, 'aggregate') }),
    ...fields.band(),
    ...(fields.has('keep') && { keep: fields.numberWithin('keep', 0, 1) }),
  }
}

interface Valued {
  readonly subject: Subject
  readonly value: number
}

/** Trajectories that are not likely enough, and those without the signal, each with why. */
export function unlikely(filter: LikelihoodFilter, subjects: readonly Subject[]): LeftOut {
  const { signal, aggregate = 'mean', least = -Infinity, most = Infinity, keep = 1 } = filter
  const out = new Map<Subject, readonly MissingSignal[]>()
  const groups = new Map<string, Valued[]>()
  const filtered: readonly MissingSignal[] = [{ signal, index: null, reason: 'filtered' }]
  for (const subject of subjects) {
    const { values, missing } = wholeOf(subject, signal, aggregate)
    const [value = null] = values
    if (value === null) out.set(subject, missing)
    else if (value < least || value > most) out.set(subject, filtered)
    else groups.set(subject.group, [...(groups.get(subject.group) ?? []), { subject, value }])
  }
  for (const members of groups.values()) for (const { subject } of lowest(members, keep)) out.set(subject, filtered)
  return out
}

function lowest(members: readonly Valued[], keep: number): readonly Valued[] {
  const staying = Math.max(1, Math.round(keep * members.length))
  return members.toSorted((one, other) => other.value - one.value).slice(staying)
}
