import { deviationOf, meanOf } from '../numbers.ts'

/** A response that was given a budget of tokens. */
export interface BudgetedResponse {
  /** Its budget in tokens; null without one. */
  readonly budget: number | null
  readonly length: number
  /** Right, and its thought ended. */
  readonly isRight: boolean
}

/** Constants of HBPO; its defaults: 4096, 4, 1/4096. */
export interface BudgetRule {
  /** Most tokens of a response. */
  readonly maxTokens: number
  /** Height of the cosine. */
  readonly scale: number
  /** Penalty for each token beyond the budget. */
  readonly deviation: number
}

/** `paper`: equations 1 to 5; `released`: the code, in which short responses also move towards their budget. */
export type BudgetForm = 'paper' | 'released'

/** Pi of the released code. */
export const RELEASED_PI = 31416 / 10_000
const PI = { paper: Math.PI, released: RELEASED_PI } as const

const cosine = (tokens: number, { maxTokens, scale }: BudgetRule, form: BudgetForm): number =>
  scale * Math.cos((PI[form] * tokens) / (2 * maxTokens))

/**
 * HBPO's reward (arXiv 2507.15844; ZJU-REAL/HBPO `math_reward.py: RewardMathFn`), 0 unless right and within `maxTokens`.
 * Paper: scale cos(pi b / (2 max)) within the budget b; beyond it, scale cos(pi n / (2 max)) - deviation |n - b|.
 * Released: the smaller of the two; without a budget scale cos(pi n / (2 max)), rounded to two decimals.
 */
export function budgetReward(response: BudgetedResponse, rule: BudgetRule, form: BudgetForm): number {
  const { budget, length, isRight } = response
  if (!isRight || length > rule.maxTokens) return 0
  if (budget === null) return Math.round(cosine(length, rule, form) * 100) / 100
  const beyond = cosine(length, rule, form) - rule.deviation * Math.abs(length - budget)
  const within = cosine(budget, rule, form)
  if (form === 'released') return Math.min(beyond, within)
  return length <= budget ? within : beyond
}

/**
 * HBPO's advantage over a group: how far the responses of a budget are, in the mean, from the most that it allows, plus
 * how far a response is from the mean of the group, in deviations (Bessel's, + 1e-6). The released code adds the first
 * part twice.
 */
export function budgetAdvantages(
  group: readonly BudgetedResponse[],
  rewards: readonly number[],
  rule: BudgetRule,
  form: BudgetForm,
): readonly number[] {
  const [mean, deviation] = [meanOf(rewards), deviationOf(rewards, 1)]
  const budgets = group.map(({ budget }) => budget ?? rule.maxTokens)
  return rewards.map((reward, at) => {
    const own = rewards.filter((_, other) => budgets[other] === budgets[at])
    const intra = meanOf(own) - cosine(budgets[at] ?? 0, rule, form)
    return (form === 'paper' ? intra : 2 * intra) + (reward - mean) / (deviation + 1e-6)
  })
}
