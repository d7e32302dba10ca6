import type { Json, Trajectory } from '../../core/data/types.ts'
import { defineRewardHook, type GroupHook } from '../../core/reward/hook.ts'
import type { TokenAction } from '../../models/networks/token-network.ts'
import type { TextTokenizer } from '../../models/tokenizer/tokenizer.ts'
import { goldAnswers, textOf } from '../answers/extract.ts'
import { PROBABILITY_AGGREGATES, type ProbabilityAggregate, referenceScore } from '../log-probs/reference.ts'
import {
  MODEL_NOT_OPEN,
  openTokenModel,
  TOKEN_MODEL_DEFAULTS,
  type TokenModel,
  type TokenModelOptions,
} from '../log-probs/token-model.ts'
import { meanOf } from '../numbers.ts'
import { choice } from '../recorded.ts'

const NO_ANSWER = 'the environment gives no answer, or the last action has no text and evidence of tokens'

/**
 * Log-probabilities of the reference answer after the agent's reasoning, and without it: what `reference-probability` and
 * `reasoning-reflection` read from its note, so that hooks of these names come after it. The reference, the first right
 * answer of the task, takes the place of the answer of the last action, after its last `<tag>`; without such a tag it
 * follows the whole action. Without reasoning it follows the prompt and `<tag>` alone. The value is the mean
 * log-probability a token after the reasoning, in nats; `aggregate` makes the score without it. Options name the model as
 * in `log-probs-alone`.
 */
const logProbsReference: GroupHook = defineRewardHook<Options>({
  name: 'log-probs-reference',
  version: 1,
  scope: 'group',
  summary: "mean log-probability a token of the reference answer after the agent's reasoning",
  timeoutMs: 120_000,
  options: { ...TOKEN_MODEL_DEFAULTS, tag: 'answer', aggregate: 'mean' },
  ranges: { threads: [1, 1024] },
  reward: ({ trajectories }) => ({
    perTrajectory: trajectories.map(() => null),
    declined: trajectories.map(() => MODEL_NOT_OPEN),
  }),
  async open({ tag, aggregate: chosen, ...model }: Options): Promise<GroupHook> {
    const aggregate = choice('log-probs-reference', 'aggregate', chosen, PROBABILITY_AGGREGATES)
    const opened = await openTokenModel('log-probs-reference', model)
    return {
      ...logProbsReference,
      options: { tag, aggregate, ...opened.described },
      close: () => opened.close(),
      async reward({ trajectories }, { groundTruth, signal }) {
        const truth = groundTruth()
        const judged = trajectories.map((each) => judge(opened, each, { truth, tag, aggregate }, signal))
        const read = await Promise.all(judged)
        return {
          perTrajectory: read.map((each) => ('problem' in each ? null : meanOf(each.referenceLogProbs))),
          declined: read.map((each) => ('problem' in each ? each.problem : null)),
          notes: read.map((each) => ('problem' in each ? null : { ...each })),
        }
      },
    }
  },
})

export default logProbsReference

type Options = TokenModelOptions & { readonly tag: string; readonly aggregate: string }

/** What the hooks that come after read. */
interface Likelihoods {
  readonly referenceLogProbs: readonly number[]
  readonly maskedLogProbs: readonly number[]
  readonly referenceScoreAlone: number
}

async function judge(
  { score, tokenizer }: TokenModel,
  trajectory: Trajectory,
  { truth, tag, aggregate }: { readonly truth: Json; readonly tag: string; readonly aggregate: ProbabilityAggregate },
  signal: AbortSignal,
): Promise<Likelihoods | { readonly problem: string }> {
  const actions = actionsOf(tokenizer, trajectory, goldAnswers(truth)?.[0] ?? null, tag)
  if (actions === null) return { problem: NO_ANSWER }
  const [after, alone] = await score(actions, signal)
  for (const scored of [after, alone]) if (scored && 'problem' in scored) return scored
  if (!after || !alone || 'problem' in after || 'problem' in alone) return { problem: NO_ANSWER }
  return {
    referenceLogProbs: after.logProbs,
    maskedLogProbs: alone.logProbs,
    referenceScoreAlone: referenceScore(alone.logProbs, aggregate),
  }
}

/** The reference after the reasoning and without it; null where there is no reference, or nothing to follow. */
function actionsOf(
  { encodeText }: TextTokenizer,
  { steps }: Trajectory,
  reference: string | null,
  tag: string,
): readonly [TokenAction, TokenAction] | null {
  const last = steps.at(-1)
  const text = textOf(last?.action ?? null)
  if (reference === null || text === null || last?.evidence?.kind !== 'token') return null
  const { promptTokenIds } = last.evidence
  const opening = `<${tag}>`
  const at = text.lastIndexOf(opening)
  const reasoned = at === -1 ? text : text.slice(0, at + opening.length)
  const actionTokenIds = encodeText(reference)
  const after = (before: string): TokenAction => ({
    promptTokenIds: [...promptTokenIds, ...encodeText(before)],
    actionTokenIds,
  })
  return actionTokenIds.length === 0 ? null : [after(reasoned), after(at === -1 ? '' : opening)]
}
