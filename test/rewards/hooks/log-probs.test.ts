import { describe, expect, it } from 'vitest'
import type { Evidence, JsonObject, Trajectory } from '../../../core/data/types.ts'
import { hookSet, withOptions } from '../../../core/reward/hook.ts'
import { runProcessHook } from '../../../core/reward/run-hooks.ts'
import { answerIn, finalAnswer, goldAnswers, lastBoxed, textOf } from '../../../rewards/answers/extract.ts'
import { isSameAnswer } from '../../../rewards/answers/normal.ts'
import bordaVote from '../../../rewards/hooks/borda-vote.ts'
import confidentAnswer from '../../../rewards/hooks/confident-answer.ts'
import majorityLabel from '../../../rewards/hooks/majority-label.ts'
import perplexityGap from '../../../rewards/hooks/perplexity-gap.ts'
import reasoningReflection from '../../../rewards/hooks/reasoning-reflection.ts'
import referenceProbability from '../../../rewards/hooks/reference-probability.ts'
import selfCertainty from '../../../rewards/hooks/self-certainty.ts'
import { probabilityShaping } from '../../../rewards/log-probs/reference.ts'
import { listEvidence, signal, step, tokenEvidence, trajectory } from '../../support/reward-samples.ts'
import { judgeGroup, judgeOutcome, said } from './group-judge.ts'

const choiceOf = (...probabilities: readonly number[]): Evidence => ({
  ...listEvidence(Math.log(probabilities[0] ?? 1)),
  kind: 'categorical',
  index: 0,
  logProb: Math.log(probabilities[0] ?? 1),
  actions: probabilities.map((_, at) => `a${at}`),
  logProbs: probabilities.map(Math.log),
})

async function certainty(evidence: Evidence, measure = 'certainty') {
  const [hook = selfCertainty] = hookSet([withOptions(selfCertainty, { measure })]).process
  const [reward] = await runProcessHook(hook, [step({ evidence })])
  return reward
}

describe('self-certainty', () => {
  it('is 0 of a uniform choice and grows as one action takes all; entropy falls', async () => {
    expect((await certainty(choiceOf(0.5, 0.5)))?.value).toBeCloseTo(0, 12)
    expect((await certainty(choiceOf(0.9, 0.1)))?.value).toBeCloseTo(
      -(Math.log(0.9) + Math.log(0.1)) / 2 - Math.log(2),
      12,
    )
    expect((await certainty(choiceOf(0.5, 0.5), 'entropy'))?.value).toBeCloseTo(Math.log(2), 12)
    expect((await certainty(choiceOf(0.5, 0.5), 'intuitor'))?.value).toBeCloseTo(Math.log(2), 12)
  })

  it('declines, with a reason, for evidence that has not the whole distribution', async () => {
    for (const evidence of [tokenEvidence([-1]), listEvidence(-1)])
      expect(await certainty(evidence)).toMatchObject({ value: null, detail: expect.stringMatching(/every action/) })
  })
})

describe('answers', () => {
  it('are in tags, boxes with braces of their own, or the whole text', () => {
    expect(answerIn('<answer> 1 </answer> <answer>2</answer>', 'auto')).toBe('2')
    expect(lastBoxed('\\boxed{1} and \\boxed{\\frac{1}{2}}')).toBe('\\frac{1}{2}')
    expect(lastBoxed('\\boxed{1')).toBeNull()
    expect(answerIn(' 42 ', 'auto')).toBe('42')
    expect(answerIn('42', 'boxed')).toBeNull()
    expect(answerIn('<answer> </answer>', 'auto')).toBeNull()
  })

  it('of actions with structure are what these say', () => {
    expect(textOf({ name: 'respond', arguments: { content: 'yes' } })).toBe('yes')
    expect(textOf({ answer: 3 })).toBe('3')
    for (const action of [null, [], {}, { answer: [1] }]) expect(textOf(action)).toBeNull()
    expect(finalAnswer([], 'auto')).toBeNull()
    expect([goldAnswers('a'), goldAnswers({ answer: 2 }), goldAnswers({ answers: ['x', 1] }), goldAnswers({})]).toEqual(
      [['a'], ['2'], ['x', '1'], null],
    )
  })

  it('are equal without articles, case and punctuation', () => {
    expect(isSameAnswer('The Eiffel-Tower!', 'eiffeltower')).toBe(true)
    expect(isSameAnswer('éa', 'é')).toBe(false)
  })
})

describe('votes', () => {
  const voter = (answer: string, confidence: number | null) =>
    trajectory({ steps: [step({ action: answer, rewards: [signal('confidence', confidence)] })] })

  it('borda-vote lets the sure outvote the many, and a truncated member has no vote', async () => {
    const members = [voter('a', -3), voter('a', -4), voter('b', -1), voter('c', null)]
    expect(await judgeGroup(withOptions(bordaVote, { power: 3 }), members)).toEqual([0, 0, 1, null])
    expect(await judgeGroup(withOptions(bordaVote, { power: 0 }), members)).toEqual([1, 1, 0, null])
    const cut = { ...voter('b', -1), ending: 'truncated' as const }
    expect(await judgeGroup(withOptions(bordaVote, { power: 3 }), [voter('a', -3), cut])).toEqual([1, null])
    expect(await judgeGroup(bordaVote, [cut])).toEqual([null])
  })

  it('majority-label takes the label of its task, else the most common answer', async () => {
    const members = [said('a'), said('b'), said('b'), said(' ')]
    expect(await judgeGroup(majorityLabel, members)).toEqual([0, 1, 1, null])
    expect(await judgeGroup(withOptions(majorityLabel, { labels: { task: 'a' } }), members)).toEqual([1, 0, 0, null])
    expect(await judgeGroup(majorityLabel, [said(' ')])).toEqual([null])
  })
})

describe('confident-answer', () => {
  const answer = (confidence: string, text = '42') =>
    said(`so </think> <answer>${text}</answer> <analysis>x</analysis> <confidence>${confidence}</confidence>`)
  const judge = (whole: ReturnType<typeof said>) => judgeOutcome(confidentAnswer, whole, { answer: '42' })

  it('pays form, answer and honest confidence', async () => {
    expect(await judge(answer('1'))).toBe(1.5)
    expect(await judge(answer('0'))).toBe(1)
    expect(await judge(answer('0', 'no'))).toBe(1)
    expect(await judge(answer('high'))).toBe(0)
    expect(await judgeOutcome(confidentAnswer, answer('1'))).toBeNull()
  })
})

describe('hooks on log-probabilities of a reference', () => {
  const recorded = (info: JsonObject, action = '<think>a</think><answer>b</answer>') =>
    trajectory({ steps: [step({ action, info })] })

  it('reference-probability pays what the reasoning adds, and the form', async () => {
    const logs = [Math.log(0.5), Math.log(0.7)]
    const whole = recorded({ referenceLogProbs: logs, referenceScoreAlone: 0.2 })
    const judge = async (each: Trajectory, options = {}) =>
      (await judgeGroup(withOptions(referenceProbability, options), [each]))[0]
    expect(await judge(whole)).toBeCloseTo(0.9 * 0.4 + 0.1, 12)
    const worse = recorded({ referenceLogProbs: logs, referenceScoreAlone: 0.9 }, 'no form')
    expect(await judge(worse)).toBe(0)
    expect(await judge(recorded({ referenceLogProbs: logs }))).toBeNull()
    expect(await judge(recorded({ referenceLogProbs: logs }), { debias: false })).toBeCloseTo(0.64, 12)
  })

  it('shapes by a name that it knows', () => {
    expect(probabilityShaping('sigmoid_0')?.(0)).toBe(0.5)
    expect(probabilityShaping('comp_threshold_0.2_sigmoidv2_6')?.(0.1)).toBe(0)
    expect(probabilityShaping('comp_threshold_0.2_sigmoidv2fixed_6')?.(0.2)).toBeCloseTo(0.2, 12)
    expect(probabilityShaping('comp_threshold_0.2_sigmoidv3_6')?.(1)).toBe(1)
    for (const name of ['', 'threshold', 'comp_threshold_0.2_cubic_6']) expect(probabilityShaping(name)).toBeNull()
  })

  it('perplexity-gap compares evidence with the same tokens after no question', async () => {
    const evidence = tokenEvidence([-1, -1])
    const alone = { ...signal('log-probs-alone', -2), perToken: [-2, -2] }
    const expected = (Math.exp(2) - Math.exp(1)) / (Math.exp(2) + 1e-9)
    const byHook = trajectory({ steps: [step({ evidence, rewards: [alone] })] })
    const byRecord = trajectory({ steps: [step({ evidence, info: { aloneLogProbs: [-2, -2] } })] })
    expect(await judgeGroup(perplexityGap, [byHook, byRecord, trajectory({ steps: [step({ evidence })] })])).toEqual([
      expected,
      expected,
      null,
    ])
  })

  it('reasoning-reflection counts only tokens that the group sees differently', async () => {
    const members = [
      [-1, -3],
      [-1, -1],
    ].map((referenceLogProbs) => recorded({ referenceLogProbs }))
    expect(await judgeGroup(reasoningReflection, members)).toEqual([-3, -1])
    expect(await judgeGroup(reasoningReflection, [...members, recorded({ referenceLogProbs: [-1] })])).toEqual([
      -3,
      -1,
      null,
    ])
    expect(await judgeGroup(withOptions(reasoningReflection, { form: 'masked' }), members)).toEqual([null, null])
    const [first] = await judgeGroup(withOptions(reasoningReflection, { form: 'propagated', keys: 1 }), members)
    expect(first).toBe(-3)
  })
})
