import { meanOf } from './earliest-error.ts'

/**
 * One number of the rewards of a solution's steps, each from 0 to 1. `mean-logit` is the sigmoid of the mean logit;
 * `mean-odds` the mean of p / (1 - p), from 0 up. Rewards of 0 and 1 make logits and odds infinite.
 */
export const STEP_AGGREGATES = {
  least: (rewards) => rewards.reduce((a, b) => Math.min(a, b)),
  greatest: (rewards) => rewards.reduce((a, b) => Math.max(a, b)),
  product: (rewards) => rewards.reduce((a, b) => a * b, 1),
  mean: (rewards) => mean(rewards),
  'geometric-mean': (rewards) => Math.exp(mean(rewards.map(Math.log))),
  'mean-logit': (rewards) => sigmoid(mean(rewards.map(logit))),
  'mean-odds': (rewards) => mean(rewards.map((reward) => reward / (1 - reward))),
  last: (rewards) => rewards.at(-1) ?? Number.NaN,
} as const satisfies Readonly<Record<string, (rewards: readonly number[]) => number>>

/** Name of a number that sums up the rewards of the steps of a solution. */
export type StepAggregate = keyof typeof STEP_AGGREGATES

const mean = (values: readonly number[]): number => meanOf(values) ?? Number.NaN
const logit = (p: number): number => Math.log(p / (1 - p))
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

/** A right solution among wrong ones. */
export interface OneToMany {
  /** Score of the right one. */
  readonly right: number
  /** Scores of the wrong ones; at least one. */
  readonly wrong: readonly number[]
}

/** How well right solutions are found among wrong ones. Shares from 0 to 1. */
export interface OneToManyScores {
  /** Share of the problems whose right solution has a greater score than every wrong one. */
  readonly accuracy: number
  /** The same where an equal score suffices. */
  readonly accuracyWithTies: number
  /** Mean reciprocal rank of the right solution, behind wrong ones of the same score. */
  readonly reciprocalRank: number
  /** Mean share of the wrong solutions that are behind the right one. */
  readonly behind: number
}

/**
 * Scores over problems (RewardMATH, arXiv 2410.01729; kimsh0507/RewardMATH_official `src/evaluation/eval.py`).
 * @returns null without a problem
 */
export function oneToManyScores(problems: readonly OneToMany[]): OneToManyScores | null {
  const rows = problems.map(({ right, wrong }) => {
    const position = 1 + wrong.filter((score) => score >= right).length
    const greatest = wrong.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
    return { right, greatest, position, others: wrong.length }
  })
  if (rows.length === 0) return null
  return {
    accuracy: mean(rows.map(({ right, greatest }) => Number(right > greatest))),
    accuracyWithTies: mean(rows.map(({ right, greatest }) => Number(right >= greatest))),
    reciprocalRank: mean(rows.map(({ position }) => 1 / position)),
    behind: mean(rows.map(({ position, others }) => (others + 1 - position) / others)),
  }
}
