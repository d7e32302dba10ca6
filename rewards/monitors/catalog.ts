import { deviationOf, meanOf, sumOf } from '../numbers.ts'
import { allKnown } from '../recorded.ts'
import type { GroupFacts } from './facts.ts'

/** A figure of training that is watched. */
export interface Monitor {
  readonly summary: string
  readonly threshold: number
  /** On which side of its threshold a value is worth a sentence. */
  readonly beyond: 'above' | 'below'
  /** @returns Null where the groups say nothing of it. */
  measure(groups: readonly GroupFacts[]): number | null
  /** What a value beyond the threshold means, and what to do. */
  sentence(value: number): string
}

const shareOf = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)

/** Share of two sums over the groups. */
const ratio = (part: keyof Counts, whole: keyof Counts) => (groups: readonly GroupFacts[]) =>
  shareOf(sumOf(groups.map((group) => group[part])), sumOf(groups.map((group) => group[whole])))

type Counts = Omit<GroupFacts, 'outcomes' | 'agreements'>

/** Outcomes of groups that can be compared: two members at least, all known. */
const outcomesIn = (groups: readonly GroupFacts[]): readonly (readonly number[])[] =>
  groups.flatMap(({ outcomes }) => {
    const known = outcomes.length < 2 ? null : allKnown(outcomes)
    return known === null ? [] : [known]
  })

const meanOrNull = (values: readonly number[]): number | null => (values.length === 0 ? null : meanOf(values))

const percent = (share: number): string => `${Math.round(100 * share)} %`

/** Groups that each half has at least, for a drift to be said. */
const LEAST_HALF = 8

/**
 * How far the mean outcome of the newer half of the groups is from that of the older, in standard errors: their
 * deviation is that of all groups together, so that a fall from one constant to another is finite.
 */
function driftOf(groups: readonly GroupFacts[]): number | null {
  const means = groups.flatMap(({ outcomes }) => meanOrNull(outcomes.filter((each) => each !== null)) ?? [])
  const half = Math.floor(means.length / 2)
  if (half < LEAST_HALF) return null
  const [older, newer] = [means.slice(0, half), means.slice(half)]
  const error = deviationOf(means, 1) * Math.sqrt(1 / older.length + 1 / newer.length)
  return error === 0 ? 0 : (meanOf(newer) - meanOf(older)) / error
}

/** Figures that are watched, in the order in which they are shown. */
export const MONITORS = {
  'invalid-actions': {
    summary: 'share of steps whose action could not be used',
    threshold: 0.1,
    beyond: 'above',
    measure: ratio('invalid', 'steps'),
    sentence: (value) =>
      `${percent(value)} of actions are invalid: show the action format in the prompt, or penalise it`,
  },
  'degenerate-groups': {
    summary: 'share of groups whose members all have the same outcome',
    threshold: 0.5,
    beyond: 'above',
    measure: (groups) =>
      meanOrNull(outcomesIn(groups).map((outcomes) => Number(outcomes.every((each) => each === outcomes[0])))),
    sentence: (value) =>
      `${percent(value)} of groups are degenerate, since all their members have the same outcome: raise the group size or filter tasks`,
  },
  'reward-spread': {
    summary: 'mean standard deviation of outcomes within a group',
    threshold: 0.05,
    beyond: 'below',
    measure: (groups) => meanOrNull(outcomesIn(groups).map((outcomes) => deviationOf(outcomes, 0))),
    sentence: (value) =>
      `outcomes of a group differ by ${value.toFixed(3)} only: group-relative advantages are mostly noise; use graded outcomes or step rewards`,
  },
  'reward-drift': {
    summary: 'change of the mean outcome from the older to the newer half of the groups, in standard errors',
    threshold: -3,
    beyond: 'below',
    measure: driftOf,
    sentence: (value) =>
      `the mean outcome has fallen by ${Math.abs(value).toFixed(1)} standard errors: lower the step size, or return to an earlier checkpoint`,
  },
  'anchor-overlap': {
    summary: 'share of steps at an observation at which another member of the group stood, too',
    threshold: 0.2,
    beyond: 'below',
    measure: ratio('shared', 'comparable'),
    sentence: (value) =>
      `only ${percent(value)} of steps share their state with another episode of the group: anchors have little to compare; raise the group size, or sample from shared prefixes`,
  },
  'action-entropy': {
    summary: 'mean entropy of the policy in nats, of all listed actions, or by a token',
    threshold: 0.05,
    beyond: 'below',
    measure: ratio('entropy', 'withEntropy'),
    sentence: (value) =>
      `the policy has an entropy of ${value.toFixed(3)} nats: it has stopped exploring; raise the temperature or the entropy bonus`,
  },
  'action-diversity': {
    summary: 'share of the members of a group whose sequence of actions is different',
    threshold: 0.3,
    beyond: 'below',
    measure: (groups) =>
      meanOrNull(groups.flatMap(({ outcomes: { length }, sequences }) => (length < 2 ? [] : [sequences / length]))),
    sentence: (value) =>
      `only ${percent(value)} of the episodes of a group differ: members repeat each other; raise the temperature`,
  },
  'over-correction': {
    summary: 'share of steps that lead back to a state which the episode had left',
    threshold: 0.3,
    beyond: 'above',
    measure: ratio('undone', 'steps'),
    sentence: (value) =>
      `${percent(value)} of steps undo earlier ones: add a cost of a step, or the hook repeated-state`,
  },
  'redundant-steps': {
    summary: 'share of the steps of episodes that earned something which come after the last reward',
    threshold: 0.2,
    beyond: 'above',
    measure: ratio('afterSuccess', 'successSteps'),
    sentence: (value) =>
      `${percent(value)} of the steps of successes come after the last reward: end episodes at success, or add a cost of a step`,
  },
} as const satisfies Readonly<Record<string, Monitor>>

/** Threshold of disagreement, which is watched for each step signal. */
export const DISAGREEMENT = {
  summary: 'share of pairs of a group that a step signal, by its mean, orders against their outcomes',
  threshold: 0.5,
  beyond: 'above',
  measureOf: (groups: readonly GroupFacts[], signal: string): number | null => {
    const known = groups.flatMap(({ agreements }) => agreements.get(signal) ?? [])
    return shareOf(sumOf(known.map(({ wrong }) => wrong)), sumOf(known.map(({ pairs }) => pairs)))
  },
  sentenceOf: (value: number, signal: string): string =>
    `${signal} ranks ${percent(value)} of pairs against their outcomes: lower its weight, or have it judge successes only`,
} as const
