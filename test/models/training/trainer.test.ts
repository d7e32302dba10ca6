import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keyOfSeed, Rng } from '../../../core/data/rng.ts'
import { categoricalNetwork } from '../../../models/networks/categorical.ts'
import { versionOf } from '../../../models/networks/network.ts'
import { decoderNetwork, type TokenAction } from '../../../models/networks/token-network.ts'
import { openRuntime, type Runtime } from '../../../models/runtime/runtime.ts'
import type { Scorer } from '../../../models/scoring/scorer.ts'
import { openTrainer, type Referenced } from '../../../models/training/trainer.ts'

type ReferencedAction = Referenced<TokenAction>

import { type OutcomeOf, outcomeMargins, preferenceMargins } from '../../../models/training/margin-loss.ts'
import { initialWeights } from '../../../models/weights/weights.ts'
import { crossEntropyLoss, pairAccuracy, preferenceLoss } from '../../../rewards/losses/implicit.ts'

const CONFIG = { vocabulary: 17, width: 16, heads: 2, layers: 1, hidden: 24, maxLength: 16 }
const NETWORK = decoderNetwork(CONFIG)
const WEIGHTS = initialWeights(NETWORK.weights, 2)
const GOOD_TOKEN = 5
const BETA = 0.5

let runtime: Runtime
beforeAll(async () => {
  runtime = await openRuntime({ device: 'cpu' })
})
afterAll(() => runtime.close())

const rng = new Rng(keyOfSeed(12), 0)
const LOG_UNIFORM = -Math.log(CONFIG.vocabulary)

/** Actions of a policy that chooses tokens evenly; in a success each has the good one. */
function trajectory(isSuccess: boolean): OutcomeOf<ReferencedAction> {
  const actions = Array.from({ length: rng.int(1, 3) }, () => {
    const other = (): number => rng.int(6, CONFIG.vocabulary - 1)
    return {
      promptTokenIds: [1, rng.int(1, 4)],
      actionTokenIds: [other(), isSuccess ? GOOD_TOKEN : other()],
      referenceLogProbs: [LOG_UNIFORM, LOG_UNIFORM],
    }
  })
  return { actions, isSuccess }
}

const groups = (count: number) =>
  Array.from({ length: count }, () => [trajectory(true), trajectory(false), trajectory(false), trajectory(true)])

type Groups = ReturnType<typeof groups>

/** Scores by trajectory, from those of the actions in order. */
function scoredSteps(given: Groups, scores: readonly number[]) {
  let at = 0
  return given.map((group) =>
    group.map(({ actions, isSuccess }) => ({
      success: isSuccess,
      stepScores: actions.map(() => Number(scores[at++])),
    })),
  )
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)

async function scoresOf(scorer: Scorer<TokenAction>, actions: readonly ReferencedAction[]): Promise<readonly number[]> {
  const scored = await scorer.score(actions)
  return scored.map((each, at) => {
    if (!('logProbs' in each)) throw new Error(each.problem)
    return BETA * (total(each.logProbs) - total(actions[at]?.referenceLogProbs ?? []))
  })
}

describe('an update of the reward model', () => {
  it('has the preference loss over all pairs of a group', async () => {
    const trainer = await openTrainer(runtime, NETWORK, WEIGHTS, { beta: BETA })
    const batch = groups(3)
    const update = await trainer.update(preferenceMargins(batch))
    expect(update?.loss).toBeCloseTo(preferenceLoss(scoredSteps(batch, update?.scores ?? [])), 5)
    await trainer.close()
  })

  it('has the cross-entropy of every outcome', async () => {
    const trainer = await openTrainer(runtime, NETWORK, WEIGHTS, { beta: BETA })
    const batch = groups(2)
    const update = await trainer.update(outcomeMargins(batch))
    const answers = scoredSteps(batch, update?.scores ?? []).flat()
    const expected = crossEntropyLoss(answers.map(({ success, stepScores }) => ({ success, score: total(stepScores) })))
    expect(update?.loss).toBeCloseTo(expected, 5)
    await trainer.close()
  })

  it.each([
    ['preferences', preferenceMargins<ReferencedAction>],
    ['outcomes', outcomeMargins<ReferencedAction>],
  ])('by %s teaches what makes a success, on trajectories that it has not seen', async (_, margins) => {
    const trainer = await openTrainer(runtime, NETWORK, WEIGHTS, { beta: BETA, learningRate: 0.01 })
    const held = groups(6)
    const accuracy = async (): Promise<number> => {
      const scorer = await trainer.scorer()
      const scored = scoredSteps(
        held,
        await scoresOf(
          scorer,
          held.flat().flatMap(({ actions }) => actions),
        ),
      )
      await scorer.close()
      return pairAccuracy(
        scored.map((group) =>
          group.map(({ success, stepScores }) => ({ success, score: total(stepScores) / stepScores.length })),
        ),
      )
    }
    const before = await accuracy()
    for (let step = 0; step < 40; step++) await trainer.update(margins(groups(4)))
    expect(before).toBeLessThan(0.9)
    expect(await accuracy()).toBeGreaterThan(0.97)
    expect(trainer.steps).toBe(40)
    await trainer.close()
  })

  it('changes nothing without a pair, and nothing for an action that cannot be read', async () => {
    const trainer = await openTrainer(runtime, NETWORK, WEIGHTS)
    expect(await trainer.update(preferenceMargins([[trajectory(true), trajectory(true)]]))).toBe(null)
    const [group = []] = groups(1)
    const [first, ...rest] = group
    const broken = (change: Partial<ReferencedAction>) =>
      outcomeMargins([
        [{ isSuccess: true, actions: (first?.actions ?? []).map((each) => ({ ...each, ...change })) }, ...rest],
      ])
    await expect(trainer.update(broken({ actionTokenIds: [17, 1] }))).rejects.toThrow(
      expect.objectContaining({ code: 'MODEL_INVALID', message: expect.stringContaining('token 17 is not in') }),
    )
    await expect(trainer.update(broken({ referenceLogProbs: [-1] }))).rejects.toThrow(
      'it has 1 reference log-probability, not 2',
    )
    await expect(trainer.update(broken({ referenceLogProbs: [-1, Number.NEGATIVE_INFINITY] }))).rejects.toThrow(
      'a reference log-probability is not finite',
    )
    expect(await trainer.weights()).toEqual(WEIGHTS)
    expect(trainer.steps).toBe(0)
    await trainer.close()
  })

  it('changes nothing where its loss is not finite', async () => {
    const trainer = await openTrainer(runtime, NETWORK, WEIGHTS)
    const [[lost] = []] = groups(1).map((group) => group.filter(({ isSuccess }) => !isSuccess))
    const far = (lost?.actions ?? []).map((each) => ({ ...each, referenceLogProbs: [-3e38, -3e38] }))
    await expect(trainer.update(outcomeMargins([[{ isSuccess: false, actions: far }]]))).rejects.toThrow(
      expect.objectContaining({ code: 'MODEL_FAILED', message: expect.stringContaining('it is dropped') }),
    )
    expect([await trainer.weights(), trainer.steps]).toEqual([WEIGHTS, 0])
    await trainer.close()
  })

  it('continues from the progress of another as that one would', async () => {
    const batches = [groups(2), groups(2), groups(2)]
    const whole = await openTrainer(runtime, NETWORK, WEIGHTS)
    for (const batch of batches.slice(0, 2)) await whole.update(preferenceMargins(batch))
    const resumed = await openTrainer(runtime, NETWORK, await whole.progress())
    const last = preferenceMargins(batches[2] ?? [])
    expect(await resumed.update(last)).toEqual(await whole.update(last))
    expect(await resumed.progress()).toEqual(await whole.progress())
    await Promise.all([whole.close(), resumed.close()])
  })

  it('leaves the scorers that were taken before as they were', async () => {
    const trainer = await openTrainer(runtime, NETWORK, WEIGHTS, { learningRate: 0.01 })
    const first = await trainer.scorer({ cacheSize: 0 })
    const batch = groups(2)
    const actions = batch.flat().flatMap((each) => each.actions)
    const before = await scoresOf(first, actions)
    await trainer.update(outcomeMargins(batch))
    const second = await trainer.scorer({ cacheSize: 0 })
    expect(await scoresOf(first, actions)).toEqual(before)
    expect(await scoresOf(second, actions)).not.toEqual(before)
    expect(first.version).toBe(versionOf(NETWORK, WEIGHTS))
    expect(second.version).toBe(versionOf(NETWORK, await trainer.weights()))
    expect(second.version).not.toBe(first.version)
    await Promise.all([first.close(), second.close()])
    await trainer.close()
  })

  it('is the same from the same weights and batches', async () => {
    const batches = [groups(2), groups(2)]
    const run = async () => {
      const trainer = await openTrainer(runtime, NETWORK, WEIGHTS)
      for (const batch of batches) await trainer.update(preferenceMargins(batch))
      const weights = await trainer.weights()
      await trainer.close()
      return versionOf(NETWORK, weights)
    }
    expect(await run()).toBe(await run())
  })
})

describe('an update of a model over admissible actions', () => {
  it('teaches which choice makes a success', async () => {
    const network = categoricalNetwork({ features: 6, hidden: 4 })
    const settings = { beta: BETA, learningRate: 0.05 }
    const trainer = await openTrainer(runtime, network, initialWeights(network.weights, 3), settings)
    const choice = (index: number) => ({
      candidates: [0, 1, 2].map((feature) => [{ feature, value: 1 }]),
      index,
      referenceLogProbs: [-Math.log(3)],
    })
    const group = [1, 0, 2, 1].map((index) => ({ isSuccess: index === 1, actions: [choice(index), choice(0)] }))
    for (let step = 0; step < 30; step++) await trainer.update(preferenceMargins([group]))
    const scorer = await trainer.scorer()
    const scored = await scorer.score([choice(0), choice(1), choice(2)])
    const [first = 0, good = 0, last = 0] = scored.map((each) => ('logProbs' in each ? Number(each.logProbs[0]) : 0))
    expect(good).toBeGreaterThan(-Math.log(3) + 0.5)
    expect(Math.max(first, last)).toBeLessThan(-Math.log(3))
    await Promise.all([scorer.close(), trainer.close()])
  })
})
