import { AMOUNT_RANGE } from '../../core/data/options.ts'
import type { Trajectory } from '../../core/data/types.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { type BudgetedResponse, budgetAdvantages, budgetReward } from '../lengths/budget.ts'
import { amongKnown, choice, recordedIn, responseTokens } from '../recorded.ts'
import { signalValue } from '../signals.ts'

/** No tags by member. */
const NO_BUDGETS: readonly number[] = []

/**
 * HBPO (arXiv 2507.15844; equations 1 to 5, or `form: 'released'` for ZJU-REAL/HBPO `math_reward.py`): a right answer
 * earns a cosine of its tokens, or of its budget where that is larger. `value: 'advantage'` adds how good its budget
 * was, and compares with the group. A budget is that of the member in `budgets`, in turns, as the agent `chat` has
 * them; else a number `budget` that a step records (effect or info), else words such as "within 512 tokens" in the
 * first action. Declines without outcome, token evidence or, in the paper's form,
 * budget. An outcome above 0 of an action that was not cut is right.
 */
export default defineRewardHook({
  name: 'token-budget',
  version: 1,
  scope: 'group',
  summary: 'cosine of the tokens of a right answer against its budget, as in HBPO',
  options: {
    ...{ signal: 'success', value: 'reward', form: 'paper', maxTokens: 4096, scale: 4, deviation: 1 / 4096 },
    budgets: NO_BUDGETS,
  },
  ranges: { maxTokens: [1, 10_000_000], scale: AMOUNT_RANGE, deviation: AMOUNT_RANGE },
  reward({ trajectories }, { options }) {
    const form = choice('token-budget', 'form', options.form, ['paper', 'released'])
    const value = choice('token-budget', 'value', options.value, ['reward', 'advantage'])
    const responses = trajectories.map((each) => budgeted(each, options))
    const known = responses.map((each) => (each?.budget === null && form === 'paper' ? null : each))
    return {
      perTrajectory: amongKnown(known, (group) => {
        const rewards = group.map((each) => budgetReward(each, options, form))
        return value === 'reward' ? rewards : budgetAdvantages(group, rewards, options, form)
      }),
    }
  },
})

function budgeted(
  trajectory: Trajectory,
  { signal, budgets }: { readonly signal: string; readonly budgets: readonly number[] },
): BudgetedResponse | null {
  const [outcome, length] = [signalValue(trajectory.rewards, signal), responseTokens(trajectory)]
  if (outcome === null || length === null) return null
  const last = trajectory.steps.at(-1)?.evidence
  const isClosed = last?.kind === 'token' && last.finishReason !== 'length'
  const budget = budgets[trajectory.member % budgets.length] ?? budgetOf(trajectory)
  return { budget, length, isRight: outcome > 0 && isClosed }
}

function budgetOf({ steps }: Trajectory): number | null {
  const [first] = steps
  if (first === undefined) return null
  const recorded = recordedIn(first, 'budget')
  if (typeof recorded === 'number' && recorded > 0) return recorded
  const [, words] = (typeof first.action === 'string' ? /\bwithin (\d{1,9}) tokens\b/.exec(first.action) : null) ?? []
  return words === undefined ? null : Number(words)
}
