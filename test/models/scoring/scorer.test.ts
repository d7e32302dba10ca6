import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keyOfSeed, Rng } from '../../../core/data/rng.ts'
import { type CategoricalAction, categoricalNetwork } from '../../../models/networks/categorical.ts'
import type { DecoderConfig } from '../../../models/networks/decoder.ts'
import { versionOf } from '../../../models/networks/network.ts'
import { decoderNetwork, type TokenAction } from '../../../models/networks/token-network.ts'
import type { TensorValues } from '../../../models/runtime/messages.ts'
import { openRuntime, type Runtime } from '../../../models/runtime/runtime.ts'
import type { Scored } from '../../../models/scoring/batch-scorer.ts'
import { openScorer } from '../../../models/scoring/scorer.ts'
import { initialWeights } from '../../../models/weights/weights.ts'
import { plainDecoder } from '../networks/plain.ts'

const CONFIG: DecoderConfig = { vocabulary: 23, width: 8, heads: 2, layers: 1, hidden: 12, maxLength: 24 }
const NETWORK = decoderNetwork(CONFIG)
const WEIGHTS = initialWeights(NETWORK.weights, 6, 20)
const rng = new Rng(keyOfSeed(9), 0)
const tokens = (count: number): readonly number[] =>
  Array.from({ length: count }, () => rng.int(0, CONFIG.vocabulary - 1))
const action = (prompt: number, length: number): TokenAction => ({
  promptTokenIds: tokens(prompt),
  actionTokenIds: tokens(length),
})

let runtime: Runtime
beforeAll(async () => {
  runtime = await openRuntime({ device: 'cpu' })
})
afterAll(() => runtime.close())

const logProbsOf = (scored: Scored | undefined): readonly number[] =>
  scored !== undefined && 'logProbs' in scored ? scored.logProbs : []

describe('the decoder as a scorer', () => {
  it.each([1, 60])('agrees with the plain decoder within 1e-5, under a budget of %i tokens', async (tokenBudget) => {
    const scorer = await openScorer(runtime, NETWORK, WEIGHTS, { tokenBudget })
    const actions = [action(3, 4), action(1, 1), action(12, 9), action(2, 6)]
    const found = await scorer.score(actions)
    for (const [at, { promptTokenIds, actionTokenIds }] of actions.entries()) {
      const all = plainDecoder(CONFIG, WEIGHTS, [...promptTokenIds, ...actionTokenIds])
      const expected = all.slice(promptTokenIds.length - 1)
      expect(logProbsOf(found[at])).toHaveLength(expected.length)
      for (const [place, value] of expected.entries())
        expect(Math.abs(Number(logProbsOf(found[at])[place]) - value)).toBeLessThan(1e-5)
    }
    await scorer.close()
  })

  it('says of each action that it cannot read why, and scores the others', async () => {
    const scorer = await openScorer(runtime, NETWORK, WEIGHTS)
    const good = action(2, 2)
    const found = await scorer.score([
      { ...good, promptTokenIds: [] },
      { ...good, actionTokenIds: [] },
      { ...good, actionTokenIds: [CONFIG.vocabulary] },
      { ...good, promptTokenIds: [-1] },
      { ...good, promptTokenIds: [1.5] },
      action(20, 6),
      good,
      action(20, 5),
    ])
    expect(found.map((scored) => ('problem' in scored ? scored.problem : 'scored'))).toEqual([
      'its prompt is empty: the first token has nothing to follow',
      'its action has no tokens',
      'token 23 is not in the vocabulary of 23',
      'token -1 is not in the vocabulary of 23',
      'token 1.5 is not in the vocabulary of 23',
      'it has 26 tokens: the model reads 25',
      'scored',
      'scored',
    ])
    await scorer.close()
  })

  it('has a version for its sizes and every value of its weights', () => {
    const version = versionOf(NETWORK, WEIGHTS)
    const reordered = Object.fromEntries(Object.entries(WEIGHTS).toReversed())
    expect(versionOf(NETWORK, reordered)).toBe(version)
    expect(versionOf(decoderNetwork({ ...CONFIG, maxLength: 25 }), WEIGHTS)).not.toBe(version)
    const { norm } = WEIGHTS
    const data = Float32Array.from(norm?.data ?? [])
    data[3] = Number(data[3]) + 1e-6
    expect(versionOf(NETWORK, { ...WEIGHTS, norm: { shape: [8], data } })).not.toBe(version)
  })

  it('refuses weights of another shape, and sizes that do not fit', async () => {
    const { norm: _, ...missing } = WEIGHTS
    await expect(openScorer(runtime, NETWORK, missing)).rejects.toThrow('norm is missing')
    expect(() => decoderNetwork({ ...CONFIG, heads: 3 })).toThrow('multiple of twice')
  })

  /** Scorer on a device that answers with these values. */
  const answered = (values: TensorValues) =>
    openScorer(
      {
        load: async () => ({ run: async () => values, close: async () => {} }),
        store: () => runtime.store({}),
      },
      NETWORK,
      WEIGHTS,
      { tokenBudget: 100 },
    )

  it('fails where the device answers with fewer numbers than there are actions and tokens', async () => {
    const three = { promptTokenIds: [1], actionTokenIds: [2, 3, 4] }
    for (const dims of [[0, 3], [1, 2], []]) {
      const data = new Float32Array(dims.reduce((product, length) => product * length, 1))
      const scorer = await answered({ log_probs: { type: 'float32', dims, data } })
      await expect(scorer.score([three])).rejects.toThrow(
        expect.objectContaining({
          code: 'MODEL_FAILED',
          message: 'scorer: it returned fewer log-probabilities than there are',
        }),
      )
    }
    const empty = await answered({})
    await expect(empty.score([three])).rejects.toThrow('it returned fewer log-probabilities than there are')
  })

  it.each([Number.NaN, Infinity, -Infinity, 0.5])(
    'says %d of the action for which the model computes it, and scores the others of its batch',
    async (value) => {
      const data = Float32Array.of(-1, -2, value, -1, -3, 0)
      const scorer = await answered({ log_probs: { type: 'float32', dims: [3, 2], data } })
      const found = await scorer.score(
        [[2, 3], [4, 5], [6]].map((actionTokenIds) => ({ promptTokenIds: [1], actionTokenIds })),
      )
      // Shortest first: the last of them has the first row.
      expect(found).toEqual([
        { problem: `the model computes ${value}, not a log-probability` },
        { logProbs: [-3, 0] },
        { logProbs: [-1] },
      ])
      expect(scorer.waiting()).toBe(0)
    },
  )

  it('fails where its device is closed in the middle, with nothing left waiting', async () => {
    const other = await openRuntime({ device: 'cpu' })
    const scorer = await openScorer(other, NETWORK, WEIGHTS)
    const found = scorer.score(Array.from({ length: 50 }, () => action(5, 5)))
    const closed = other.close()
    await expect(found).rejects.toThrow(expect.objectContaining({ code: 'MODEL_FAILED' }))
    await closed
    expect(scorer.waiting()).toBe(0)
  })
})

describe('the categorical network as a scorer', () => {
  const network = categoricalNetwork({ features: 9, hidden: 4 })
  const weights = Object.fromEntries(
    Object.entries(initialWeights(network.weights, 5)).map(([name, { shape, data }]) => [
      name,
      { shape, data: data.map(() => rng.float() * 2 - 1) },
    ]),
  )
  const choice = (index: number, ...candidates: readonly (readonly number[])[]): CategoricalAction => ({
    candidates: candidates.map((features) => features.map((feature) => ({ feature, value: 1 }))),
    index,
  })

  it('gives the actions of a state probabilities that sum to 1, alone and beside larger states', async () => {
    const candidates = [[1, 2], [3], [4, 5, 6], []]
    const actions = candidates.map((_, index) => choice(index, ...candidates))
    const large = choice(0, [1], [2], [3], [4], [5], [6, 7, 8, 1])
    for (const tokenBudget of [1, 16]) {
      const scorer = await openScorer(runtime, network, weights, { tokenBudget })
      const scores = await scorer.score([...actions, large])
      const total = scores.slice(0, 4).reduce((sum, scored) => sum + Math.exp(Number(logProbsOf(scored)[0])), 0)
      expect(total).toBeCloseTo(1, 6)
      await scorer.close()
    }
  })

  it('says of each choice that it cannot read why', async () => {
    const scorer = await openScorer(runtime, network, weights)
    const found = await scorer.score([
      choice(2, [1], [2]),
      choice(0, [9]),
      { candidates: [[{ feature: 1, value: Number.NaN }]], index: 0 },
      choice(0, [1]),
    ])
    expect(found.map((scored) => ('problem' in scored ? scored.problem : scored.logProbs))).toEqual([
      'action 2 is not one of 2',
      'feature {"feature":9,"value":1} is not one of 9, with a finite value',
      expect.stringContaining('is not one of 9, with a finite value'),
      [expect.closeTo(0, 6)],
    ])
    expect(() => categoricalNetwork({ features: 0, hidden: 4 })).toThrow('features is a whole number from 1, not 0')
    await scorer.close()
  })
})
