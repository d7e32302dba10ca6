import { describe, expect, it } from 'vitest'
import type { JsonObject, Trajectory } from '../../../core/data/types.ts'
import { type RewardHook, withOptions } from '../../../core/reward/hook.ts'
import { closeHooks, openHooks } from '../../../core/reward/open-hooks.ts'
import { judgeGroup } from '../../../core/rollout/late-rewards.ts'
import { openTokenizer } from '../../../models/tokenizer/tokenizer.ts'
import logProbsAlone from '../../../rewards/hooks/log-probs-alone.ts'
import logProbsReference from '../../../rewards/hooks/log-probs-reference.ts'
import partConfidence from '../../../rewards/hooks/part-confidence.ts'
import perplexityGap from '../../../rewards/hooks/perplexity-gap.ts'
import reasoningReflection from '../../../rewards/hooks/reasoning-reflection.ts'
import referenceProbability from '../../../rewards/hooks/reference-probability.ts'
import { textsOfTokens } from '../../../rewards/log-probs/token-model.ts'
import { byteTokenizer } from '../../support/byte-tokenizer.ts'
import { fakeEndpoint } from '../../support/chat-endpoint.ts'
import { folderWith } from '../../support/language-model.ts'
import { group, step, tokenEvidence, trajectory } from '../../support/reward-samples.ts'
import { pairLogProb, vllmAnswer } from '../../support/scoring-endpoint.ts'

const folder = folderWith({ 'tokenizer.json': JSON.stringify(byteTokenizer('the answer is the answer', 4)) })
const tokenizer = openTokenizer(folder)
const { encodeText } = tokenizer

const saying = (id: string, action: string): Trajectory => {
  const evidence = tokenEvidence(
    encodeText(action).map(() => -1),
    [...encodeText(action)],
  )
  return trajectory({ id, steps: [step({ action, trajectoryId: id, evidence })] })
}
const ONE = saying('one', '<think>é is one</think><answer>41</answer>')
const TWO = saying('two', '<think>two</think><answer>42</answer>')

/** Signals of a group under hooks in their order, as a rollout judges it once it has closed. */
async function signalsOf(hooks: readonly RewardHook[], truth: JsonObject | null = { answer: '42' }) {
  const opened = await openHooks(hooks)
  const judged = await judgeGroup(
    opened,
    group([ONE, TWO]),
    () => {},
    () => truth,
  )
  await closeHooks(opened)
  return judged.trajectories.map(({ steps, rewards }) =>
    Object.fromEntries([...steps.flatMap((each) => each.rewards), ...rewards].map((each) => [each.name, each])),
  )
}

const options = async (): Promise<JsonObject> => {
  const { baseUrl } = await fakeEndpoint((asked) => ({ text: JSON.stringify(vllmAnswer(asked)) }))
  return { endpoint: { baseUrl, model: 'm', retries: 0 }, tokenizer: folder }
}

/** Log-probabilities of tokens after others, as the endpoint computes them. */
const plain = (before: readonly number[], tokens: readonly number[]): readonly number[] =>
  tokens.map((token, at) => pairLogProb((at === 0 ? before.at(-1) : tokens[at - 1]) ?? 0, token))
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

describe('log-probs-alone', () => {
  it('lets perplexity-gap and part-confidence judge the same run', async () => {
    const [one] = await signalsOf([withOptions(logProbsAlone, await options()), partConfidence, perplexityGap])
    const tokens = encodeText('<think>é is one</think><answer>41</answer>')
    const alone = plain([1], tokens)
    expect(one?.['log-probs-alone']?.value).toBeCloseTo(mean(alone), 12)
    const [asked, without] = [Math.exp(1), Math.exp(-mean(alone))]
    expect(one?.['perplexity-gap']?.value).toBeCloseTo(Math.max((without - asked) / (without + 1e-9), -1), 9)
    expect(one?.['part-confidence']?.value).toBe(-1)
  })

  it('takes the text of an empty question, and its options have no address', async () => {
    const { process } = await openHooks([withOptions(logProbsAlone, { ...(await options()), prompt: '<|im_start|>x' })])
    expect(process[0]?.options).toMatchObject({ prompt: '<|im_start|>x', endpoint: 'm' })
    expect(JSON.stringify(process[0]?.options)).not.toContain('127.0.0.1')
    await closeHooks({ process, group: [] })
  })
})

describe('log-probs-reference', () => {
  it('lets reference-probability and reasoning-reflection judge the same run', async () => {
    const masked = withOptions(reasoningReflection, { form: 'masked' })
    const hooks = [withOptions(logProbsReference, await options()), referenceProbability, masked]
    const [one, two] = await signalsOf(hooks)
    const reference = encodeText('42')
    const after = plain([...encodeText('<think>é is one</think><answer>')], reference)
    expect(one?.['log-probs-reference']?.value).toBeCloseTo(mean(after), 12)
    expect(one?.['log-probs-reference']?.note).toMatchObject({
      referenceLogProbs: after.map((each) => expect.closeTo(each, 12)),
      maskedLogProbs: plain([...encodeText('<answer>')], reference).map((each) => expect.closeTo(each, 12)),
    })
    // The server knows pairs of tokens alone: reasoning changes nothing, and .1 is left for the form.
    expect(one?.['reference-probability']?.value).toBeCloseTo(0.1, 12)
    for (const each of [one, two]) expect(each?.['reasoning-reflection']?.value).toBeCloseTo(0, 12)
  })

  it('declines without an answer of the task, and a failing endpoint is null with the reason', async () => {
    const [one] = await signalsOf([withOptions(logProbsReference, await options())], null)
    expect(one?.['log-probs-reference']).toMatchObject({
      value: null,
      detail: expect.stringContaining('gives no answer'),
    })
    const { baseUrl } = await fakeEndpoint(() => ({ status: 401, text: 'no' }))
    const refused = withOptions(logProbsReference, { endpoint: { baseUrl, model: 'm', retries: 0 }, tokenizer: folder })
    expect((await signalsOf([refused]))[0]?.['log-probs-reference']).toMatchObject({
      value: null,
      detail: expect.stringContaining('answered 401'),
    })
  })
})

describe('both suppliers', () => {
  it('decline before they are open, and are not opened without a model', async () => {
    const judged = await judgeGroup(
      { process: [logProbsAlone], group: [logProbsReference] },
      group([ONE]),
      () => {},
      () => null,
    )
    const rewards = judged.trajectories.flatMap((each) => [
      ...each.rewards,
      ...each.steps.flatMap((one) => one.rewards),
    ])
    for (const reward of rewards)
      expect(reward).toMatchObject({ value: null, detail: expect.stringContaining('no model is loaded') })
    for (const hook of [logProbsAlone, logProbsReference])
      await expect(openHooks([hook])).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining(`the model of ${hook.name}`),
      })
  })
})

describe('texts of tokens', () => {
  it('spell the text also where a token holds half a character, and special tokens have none', () => {
    const end = tokenizer.special.get('<|im_end|>') ?? -1
    const texts = textsOfTokens(tokenizer, [...encodeText('aé\u{1F600}b'), end])
    expect(texts.join('')).toBe('aé\u{1F600}b')
    expect(texts.at(-1)).toBe('')
  })
})
