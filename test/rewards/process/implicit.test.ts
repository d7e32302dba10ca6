import { describe, expect, it } from 'vitest'
import type { Evidence } from '../../../core/data/types.ts'
import { defineRewardHook, type ProcessJudgements } from '../../../core/reward/hook.ts'
import { runProcessHook } from '../../../core/reward/run-hooks.ts'
import type { CategoricalAction } from '../../../models/networks/categorical.ts'
import type { TokenAction } from '../../../models/networks/token-network.ts'
import type { Scorer } from '../../../models/scoring/scorer.ts'
import { implicitChoiceReward, implicitReward } from '../../../rewards/process/implicit.ts'
import { listEvidence, step, tokenEvidence } from '../../support/reward-samples.ts'

/** Model whose log-probability of a token is its id times a factor; it cannot read token 9. */
const model = (version: string, factor: number, asked: number[] = []): Scorer<TokenAction> => ({
  version,
  waiting: () => 0,
  close: async () => {},
  score: async (actions) => {
    asked.push(actions.length)
    return actions.map(({ actionTokenIds }) =>
      actionTokenIds.includes(9)
        ? { problem: 'token 9 is not in the vocabulary' }
        : { logProbs: actionTokenIds.map((id) => -id * factor) },
    )
  },
})

const steps = (...evidence: readonly (Evidence | undefined)[]) =>
  evidence.map((each, index) => step({ index, ...(each === undefined ? {} : { evidence: each }) }))

describe('the implicit process reward', () => {
  it('is beta times the difference to the policy that acted, a token and in sum', async () => {
    const hook = implicitReward({ scorer: model('phi', 0.5), reference: 'behaviour', beta: 0.1 })
    const [reward] = await runProcessHook(hook, steps(tokenEvidence([-1, -3], [2, 4])))
    expect(reward).toMatchObject({ name: 'implicit', version: 1, value: expect.closeTo(0.1 * 1, 12) })
    expect(reward?.perToken).toEqual([expect.closeTo(0, 12), expect.closeTo(0.1, 12)])
  })

  it('is beta times the difference to another model', async () => {
    const hook = implicitReward({ scorer: model('phi', 0.5), reference: model('first', 0.25) })
    const [reward] = await runProcessHook(hook, steps(tokenEvidence([-1, -3], [2, 4])))
    expect(reward?.perToken).toEqual([-0.025, -0.05])
    expect(reward?.model).toEqual({ version: 'phi', logProb: -3, referenceLogProb: -1.5 })
    expect(reward?.value).toBeCloseTo(-0.075, 12)
  })

  it('is exactly 0 where the reference has the same weights, which are asked once', async () => {
    const asked: number[] = []
    const hook = implicitReward({ scorer: model('phi', 1 / 3, asked), reference: model('phi', 1 / 3, asked) })
    const rewards = await runProcessHook(hook, steps(tokenEvidence([-1, -3], [2, 4]), tokenEvidence([-2], [7])))
    expect(rewards.map(({ value, perToken }) => [value, perToken])).toEqual([
      [0, [0, 0]],
      [0, [0]],
    ])
    expect(asked).toEqual([2])
  })

  it('is null, with the reason, for what cannot be scored, and the other steps have theirs', async () => {
    const hook = implicitReward({ scorer: model('phi', 0.5), reference: 'behaviour' })
    const given = steps(
      undefined,
      listEvidence(-1),
      tokenEvidence([-1], [9]),
      tokenEvidence([Number.NEGATIVE_INFINITY], [2]),
      tokenEvidence([-1], [2]),
    )
    const rewards = await runProcessHook(hook, given)
    expect(rewards.map((reward) => [reward.value, 'detail' in reward ? reward.detail : null])).toEqual([
      [null, 'it has no evidence: give the tokens of its action (chat agents: evidence=true) with the step'],
      [null, 'its evidence is categorical: this model reads the tokens of its action (chat agents: evidence=true)'],
      [null, 'token 9 is not in the vocabulary'],
      [null, 'reference: the policy that acted gives the action no probability'],
      [0, null],
    ])
    expect(rewards.slice(0, 4)).toEqual(Array(4).fill(expect.objectContaining({ reason: 'declined' })))
  })

  it('is null where a reference cannot read the action', async () => {
    const hook = implicitReward({
      scorer: { ...model('phi', 0.5), score: async (actions) => actions.map(() => ({ logProbs: [-1] })) },
      reference: model('first', 1),
    })
    const [reward] = await runProcessHook(hook, steps(tokenEvidence([-1], [9])))
    expect(reward).toMatchObject({ value: null, detail: 'reference: token 9 is not in the vocabulary' })
  })

  it('is null where two models disagree about the number of tokens', async () => {
    const short = { ...model('first', 1), score: async () => [{ logProbs: [-1] }] }
    const hook = implicitReward({ scorer: model('phi', 1), reference: short })
    const [reward] = await runProcessHook(hook, steps(tokenEvidence([-1, -1], [1, 2])))
    expect(reward).toMatchObject({ value: null, detail: 'the model has 2 log-probabilities, its reference 1' })
  })

  it('is that of a choice where the policy chooses among admissible actions, without shares of tokens', async () => {
    const asked: CategoricalAction[] = []
    const scorer: Scorer<CategoricalAction> = {
      ...{ version: 'phi', waiting: () => 0, close: async () => {} },
      score: async (actions) => {
        asked.push(...actions)
        return actions.map(({ candidates }) => ({ logProbs: [-candidates.length] }))
      },
    }
    const hook = implicitChoiceReward({
      ...{ scorer, reference: 'behaviour', beta: 0.5 },
      featuresOf: (_, { actions }) => actions.map((_, feature) => [{ feature, value: 1 }]),
    })
    const [choice, tokens] = await runProcessHook(hook, steps(listEvidence(-0.5), tokenEvidence([-1], [1])))
    expect(choice?.value).toBeCloseTo(0.5 * (-2 + 0.5), 12)
    expect([choice?.perToken, choice?.model]).toEqual([
      undefined,
      { version: 'phi', logProb: -2, referenceLogProb: -0.5 },
    ])
    expect(asked).toEqual([{ candidates: [[{ feature: 0, value: 1 }], [{ feature: 1, value: 1 }]], index: 0 }])
    expect(tokens).toMatchObject({
      value: null,
      detail:
        'its evidence is token: this model reads the choice of its action (agents policy, random and shop-novice give it)',
    })
  })

  it('is null for a batch whose model dies, and says so', async () => {
    const dead = { ...model('phi', 1), score: () => Promise.reject(new Error('the device ended')) }
    const rewards = await runProcessHook(
      implicitReward({ scorer: dead, reference: 'behaviour' }),
      steps(tokenEvidence([-1], [1]), tokenEvidence([-1], [2])),
    )
    expect(rewards).toEqual(
      Array(2).fill(expect.objectContaining({ value: null, reason: 'threw', detail: 'the device ended' })),
    )
  })

  it('is null for every step where the reasons of a hook are not a list, and needs no reason', async () => {
    const hook = (declined: unknown) =>
      defineRewardHook({
        name: 'odd',
        version: 1,
        scope: 'process',
        maxBatch: 8,
        reward() {
          const judged: ProcessJudgements = { perStep: [null, 1] }
          Reflect.set(judged, 'declined', declined)
          return judged
        },
      })
    const said = async (declined: unknown) => {
      const rewards = await runProcessHook(hook(declined), steps(undefined, undefined))
      return rewards.map((reward) => ('reason' in reward ? [reward.reason, reward.detail] : reward.value))
    }
    expect(await said('no')).toEqual(Array(2).fill(['threw', 'its declined is not one text or null a step']))
    expect(await said(['too short'])).toEqual([['declined', 'too short'], 1])
    expect(await said([{ toString: () => 'too short' }, 'unused'])).toEqual([['declined', undefined], 1])
  })

  it.each([
    ['a text', 'phi'],
    ['a number that is not finite', { version: 'phi', logProb: Number.NaN, referenceLogProb: 0 }],
    ['no version', { logProb: -1, referenceLogProb: 0 }],
  ])('is null where a hook says of a model %s', async (_, model) => {
    const hook = defineRewardHook({
      name: 'odd',
      version: 1,
      scope: 'process',
      maxBatch: 8,
      reward() {
        const judged: ProcessJudgements = { perStep: [1, 2] }
        Reflect.set(judged, 'models', [model, null])
        return judged
      },
    })
    const [first, second] = await runProcessHook(hook, steps(undefined, undefined))
    expect([first?.value, second?.value]).toEqual([null, 2])
    expect(first).toMatchObject({ reason: 'not-finite', detail: expect.stringContaining('its models is not one') })
  })

  it('records which weights it compared', () => {
    const hook = implicitReward({ name: 'prime', scorer: model('phi', 1), reference: model('first', 1) })
    expect([hook.name, hook.options]).toEqual(['prime', { beta: 0.05, model: 'phi', reference: 'first' }])
  })
})
