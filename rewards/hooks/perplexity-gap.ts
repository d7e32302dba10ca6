import type { Step } from '../../core/data/types.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { perplexityGap, perplexityOf } from '../log-probs/perplexity.ts'
import { allKnown, logProbsIn, recordedIn } from '../recorded.ts'
import { signalNamed } from '../signals.ts'

/**
 * How much likelier its question makes a response, from -1 to 1: self-aligned reward (arXiv 2509.05489;
 * amazon-science/Self-Aligned-Reward `efficiency_reward.py: compute_ppl_qa_log`), over the tokens of all actions of a
 * trajectory. The log-probabilities after the question are the policy's own evidence; those after an empty question are
 * the values per token of the signal `alone`, or a list `aloneLogProbs` that the step records. Its scripts add 0.2 of
 * it to the outcome. Declines where either is missing or does not fit the tokens.
 */
export default defineRewardHook({
  name: 'perplexity-gap',
  version: 1,
  scope: 'group',
  summary: 'how much likelier its question makes a response, by perplexity, as in self-aligned rewards',
  options: { alone: 'log-probs-alone', logarithm: false, relative: true, cap: -1 },
  ranges: { cap: [-1, 1e9] },
  reward: ({ trajectories }, { options }) => ({
    perTrajectory: trajectories.map(({ steps }) => {
      const tokens = allKnown(steps.map((step) => tokensOf(step, options.alone)))?.flat() ?? []
      if (tokens.length === 0) return null
      const perplexity = (of: (token: Token) => number): number => perplexityOf(tokens.map(of))
      return perplexityGap(
        perplexity(({ question }) => question),
        perplexity(({ alone }) => alone),
        options,
      )
    }),
  }),
})

interface Token {
  readonly question: number
  readonly alone: number
}

function tokensOf(step: Step, signal: string): readonly Token[] | null {
  const { evidence } = step
  if (evidence?.kind !== 'token') return null
  const after = logProbsIn([...evidence.logProbs])
  const alone =
    logProbsIn([...(signalNamed(step.rewards, signal)?.perToken ?? [])]) ??
    logProbsIn(recordedIn(step, 'aloneLogProbs'))
  if (after === null || alone?.length !== after.length) return null
  return after.map((question, at) => ({ question, alone: alone[at] ?? 0 }))
}
