import { fingerprintOf } from '../../core/data/hash.ts'
import { Rng } from '../../core/data/rng.ts'
import { consistencyScores, inconsistentMembers, rankedScores } from './consistency.ts'
import { configInvalid, Fields } from './fields.ts'
import type { LeftOut, MissingSignal, Subject } from './measures.ts'

/**
 * The process consistency filter PROF (arXiv 2509.03403): process scores choose which trajectories of a group are
 * learnt from, and pay nothing themselves. Successes and failures are ranked apart by their mean process score a step;
 * the lowest successes and the highest failures leave, as many of each as brings their numbers closest together.
 * Reference: amazon-science/PROF-GRPO, `prof_ray_trainer.py`; see `inconsistentMembers`. A trajectory that lacks its
 * outcome or a score of a step takes no part, where the reference scores one without steps 0.
 */
export interface ConsistencyFilter {
  readonly kind: 'prof'
  /** Name of the signal that scores each step. */
  readonly process: string
  /** Name of the outcome signal: a trajectory succeeds where it is at least `atLeast`. */
  readonly outcome: string
  readonly atLeast: number
  /** Share of a group's judged trajectories that stay, rounded, at least one. This or `remove` is given. */
  readonly keep?: number
  /** Trajectories of each group that leave, at most all: PROF's `prof_filter`, 4 in its scripts. */
  readonly remove?: number
  /** `correct-only`: failures are drawn by `seed`, independent of their process rewards, as the release draws them. */
  readonly variant: 'both' | 'correct-only'
  /**
   * Seed of `correct-only`: with the ids of group and trajectory it decides which failures leave, in whatever order
   * they come.
   * @default 0
   */
  readonly seed?: number
  /**
   * Comes off the score of a trajectory with fewer than `minSteps` or more than `maxSteps` steps: PROF's
   * `len_step_reward_coef`, 10 in its scripts. A score is within 2 of 0.
   * @default 0
   */
  readonly lengthPenalty?: number
  /** @default 2 */
  readonly minSteps?: number
  /** @default 30 */
  readonly maxSteps?: number
}

/** @throws GymError CONFIG_INVALID */
export function parseConsistency(path: string, json: unknown): ConsistencyFilter {
  const kind = 'prof'
  const fields = new Fields(path, json, FILTER_FIELDS)
  if (fields.has('keep') === fields.has('remove')) throw configInvalid(`${path} needs either keep or remove`)
  return {
    kind,
    process: fields.name('process'),
    outcome: fields.name('outcome'),
    atLeast: fields.number('atLeast'),
    ...(fields.has('keep') && { keep: fields.numberWithin('keep', 0, 1) }),
    ...(fields.has('remove') && { remove: fields.count('remove') }),
    variant: fields.oneOf('variant', ['both', 'correct-only']),
    ...(fields.has('seed') && { seed: fields.count('seed') }),
    ...(fields.has('lengthPenalty') && { lengthPenalty: fields.numberWithin('lengthPenalty', 0, Infinity) }),
    ...(fields.has('minSteps') && { minSteps: fields.count('minSteps') }),
    ...(fields.has('maxSteps') && { maxSteps: fields.count('maxSteps') }),
  }
}

const FILTER_FIELDS = [
  ...['kind', 'process', 'outcome', 'atLeast', 'keep', 'remove', 'variant', 'seed'],
  ...['lengthPenalty', 'minSteps', 'maxSteps'],
]

/** Trajectories whose process and outcome agree least, and those without either, each with why. */
export function inconsistent(filter: ConsistencyFilter, subjects: readonly Subject[]): LeftOut {
  const judged = subjects.map((subject) => judge(filter, subject))
  const groups = new Map<string, Ranked[]>()
  const usable = judged.filter(({ missing }) => missing.length === 0)
  for (const each of ranked(filter, usable)) {
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
  readonly steps: readonly number[]
  readonly isCorrect: boolean
  readonly missing: readonly MissingSignal[]
}

function judge({ process, outcome, atLeast }: ConsistencyFilter, subject: Subject): Judged {
  const [scores, success] = [subject.steps(process), subject.outcome(outcome)]
  const steps = scores.values.filter((score) => score !== null)
  const none = { signal: process, index: null, reason: 'no-steps' } as const
  return {
    subject,
    steps,
    isCorrect: (success.values[0] ?? 0) >= atLeast,
    missing: [...(scores.values.length === 0 ? [none] : []), ...scores.missing, ...success.missing],
  }
}

interface Ranked extends Judged {
  readonly score: number
}

/** By how far process and outcome agree, less the penalty on length; drawn failures by their draw. */
function ranked(
  { variant, seed = 0, lengthPenalty = 0, minSteps = 2, maxSteps = 30 }: ConsistencyFilter,
  judged: readonly Judged[],
) {
  const scores = rankedScores(judged, consistencyScores(judged), { penalty: lengthPenalty, minSteps, maxSteps })
  return judged.map((each, at): Ranked => {
    const isDrawn = variant === 'correct-only' && !each.isCorrect
    return { ...each, score: isDrawn ? drawOf(seed, each.subject) : (scores[at] ?? 0) }
  })
}

/** Uniform in [0, 1), the same for the same seed, group and trajectory. */
function drawOf(seed: number, { group, id }: Subject): number {
  const digits = fingerprintOf({ seed, group, id })
  const [word0, word1] = [digits.slice(0, 8), digits.slice(8)].map((half) => Number.parseInt(half, 16) | 0)
  return new Rng({ word0: word0 ?? 0, word1: word1 ?? 0 }, 0).float()
}

function removedOf({ keep = 1, remove }: ConsistencyFilter, group: readonly Ranked[]): readonly Subject[] {
  const count = Math.min(remove ?? group.length - Math.max(1, Math.round(keep * group.length)), group.length)
  return inconsistentMembers(group, count).map(({ subject }) => subject)
}
