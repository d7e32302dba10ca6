import { greatestOf, mostCommon } from './earliest-error.ts'

/** One of several solutions of a task. */
export interface AnsweredSample {
  /** Its answer, compared as a text. */
  readonly answer: string
  /** Rewards of its steps, in order. */
  readonly rewards: readonly number[]
  readonly isRight: boolean
}

/**
 * Rules that choose one of several samples. `first-right` knows which are right: the upper bound; `majority` the first
 * with the most frequent answer. `least` and `last` take the sample with the greatest least or last step reward;
 * `least-vote` and `last-vote` sum these for each answer, and take the first sample with the greatest sum.
 */
export const SELECTION_RULES = ['first-right', 'majority', 'least', 'last', 'least-vote', 'last-vote'] as const
/** Name of a rule that chooses one of several samples. */
export type SelectionRule = (typeof SELECTION_RULES)[number]

/** Score of a sample without steps where samples are compared by their steps. */
const WITHOUT_STEPS = -1

const least = (rewards: readonly number[]): number => rewards.reduce((a, b) => Math.min(a, b))
const last = (rewards: readonly number[]): number => rewards.at(-1) ?? WITHOUT_STEPS

const SCORES = {
  least: (rewards: readonly number[]) => (rewards.length === 0 ? WITHOUT_STEPS : least(rewards)),
  last,
} as const

/**
 * Position of the sample that a rule chooses; the first where several are equal (yyDing1/SCAN-PRM
 * `src/eval_utils/vote.py`). `first-right` without a right sample is 0. The reference fails where a vote meets a sample
 * without steps: such a sample has no vote here.
 * @param samples at least one
 */
export function chosenSample(samples: readonly AnsweredSample[], rule: SelectionRule): number {
  if (rule === 'first-right')
    return Math.max(
      0,
      samples.findIndex(({ isRight }) => isRight),
    )
  if (rule === 'majority') return firstWith(samples, mostCommon(samples.map(({ answer }) => answer)))
  if (rule === 'least' || rule === 'last') return firstGreatest(samples.map(({ rewards }) => SCORES[rule](rewards)))
  return firstWith(samples, greatestOf(votesOf(samples, SCORES[rule === 'least-vote' ? 'least' : 'last'])))
}

/** Sum of the scores of each answer. */
function votesOf(
  samples: readonly AnsweredSample[],
  scoreOf: (rewards: readonly number[]) => number,
): Map<string, number> {
  const votes = new Map<string, number>()
  for (const { answer, rewards } of samples)
    if (rewards.length > 0) votes.set(answer, (votes.get(answer) ?? 0) + scoreOf(rewards))
  return votes
}

const firstWith = (samples: readonly AnsweredSample[], wanted: string | null): number =>
  Math.max(
    0,
    samples.findIndex(({ answer }) => answer === wanted),
  )

function firstGreatest(values: readonly number[]): number {
  let best = 0
  for (const [at, value] of values.entries()) if (value > (values[best] ?? value)) best = at
  return best
}

/** Sizes of a curve over the first samples: 1, 2, 4 and so on. */
export const doublings = (count: number): readonly number[] => {
  const sizes: number[] = []
  for (let size = 1; size <= count; size *= 2) sizes.push(size)
  return sizes
}
