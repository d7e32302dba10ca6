import type { Json, Step } from '../../core/data/types.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { textOf } from '../answers/extract.ts'
import { meanOf } from '../numbers.ts'
import { choice, recordedIn } from '../recorded.ts'
import { PARTS, type Part, partsOfTokens, segmentsOf } from '../segments/segments.ts'

/** Why a step has no value. */
const [NO_TOKENS, NO_PART] = [
  'the step has no token evidence with the texts of its tokens that spell the action',
  'the action has no token in that part',
]

/**
 * The mean log-probability of the tokens of one part of an action, in nats: its `thought`, `query`, `call`, `answer`, or
 * the `text` around them, by tags such as `<think>` and `<answer>`. Per token it has the log-probability of those in the
 * part and 0 elsewhere. A token belongs to the part in which it begins. The step records the texts of its tokens as a
 * list `tokenTexts`. Declines, with the reason, where these do not spell the action, or the part has no token.
 */
export default defineRewardHook({
  name: 'part-confidence',
  version: 1,
  scope: 'process',
  summary: 'mean log-probability a token of one part of the action, such as its answer',
  maxBatch: 256,
  options: { part: 'answer' },
  reward(steps, { options }) {
    const part = choice('part-confidence', 'part', options.part, PARTS)
    const read = steps.map((step) => maskedLogProbs(step, part))
    const known = read.map((tokens) => tokens?.flatMap(({ logProb, isIn }) => (isIn ? [logProb] : [])) ?? [])
    return {
      perStep: known.map((own) => (own.length === 0 ? null : meanOf(own))),
      perToken: read.map((tokens, at) =>
        known[at]?.length ? (tokens?.map(({ logProb, isIn }) => (isIn ? logProb : 0)) ?? null) : null,
      ),
      declined: read.map((tokens, at) => (known[at]?.length ? null : tokens === null ? NO_TOKENS : NO_PART)),
    }
  },
})

interface MaskedToken {
  readonly logProb: number
  readonly isIn: boolean
}

function maskedLogProbs(step: Step, part: Part): readonly MaskedToken[] | null {
  const { evidence, action } = step
  const [text, tokens] = [textOf(action), textsIn(recordedIn(step, 'tokenTexts'))]
  if (evidence?.kind !== 'token' || text === null || tokens?.length !== evidence.actionTokenIds.length) return null
  const { logProbs } = evidence
  if (logProbs.length !== tokens.length || !logProbs.every(Number.isFinite)) return null
  const parts = partsOfTokens(text, tokens, segmentsOf(text))
  return parts?.map((own, at) => ({ logProb: logProbs[at] ?? 0, isIn: own === part })) ?? null
}

const textsIn = (value: Json): readonly string[] | null =>
  Array.isArray(value) && value.every((each) => typeof each === 'string') ? value.map(String) : null
