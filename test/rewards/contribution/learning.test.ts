import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keyOfSeed, Rng } from '../../../core/data/rng.ts'
import type { Step } from '../../../core/data/types.ts'
import { hookSet, withOptions } from '../../../core/reward/hook.ts'
import { closeHooks, openHooks } from '../../../core/reward/open-hooks.ts'
import { judgeSteps } from '../../../core/rollout/late-rewards.ts'
import { stepValueNetwork } from '../../../models/networks/step-value.ts'
import { openRuntime, type Runtime } from '../../../models/runtime/runtime.ts'
import { openStepValues } from '../../../models/scoring/step-values.ts'
import { writeSafetensors } from '../../../models/weights/safetensors.ts'
import { initialWeights } from '../../../models/weights/weights.ts'
import { episodesOf, type OutcomeEpisode } from '../../../rewards/contribution/episodes.ts'
import { learnContributions } from '../../../rewards/contribution/learning.ts'
import { readContributions, saveContributions } from '../../../rewards/contribution/model-file.ts'
import { stepFeatures } from '../../../rewards/contribution/step-features.ts'
import stepContribution from '../../../rewards/hooks/step-contribution.ts'
import { newFolder } from '../../support/folder.ts'
import { group, listEvidence, signal, step, trajectory } from '../../support/reward-samples.ts'

/** What each action adds to the outcome, whatever else is done. */
const PLANTED: Readonly<Record<string, number>> = { search: 0.4, buy: 1, wait: 0, drop: -0.7 }
const ACTIONS = Object.keys(PLANTED)
const OPTIONS = { features: 256, hidden: 8, epochs: 60, batch: 16, learningRate: 0.03 }

const acting = (action: string, index = 0): Step => step({ index, action, observation: 'A shop. Goal: red shoes.' })

/** Groups of four episodes of one to six random actions. */
function plantedGroups(count: number, seed: number): readonly (readonly OutcomeEpisode[])[] {
  const rng = new Rng(keyOfSeed(seed), 0)
  const episode = (): OutcomeEpisode => {
    const actions = Array.from({ length: rng.int(1, 7) }, () => rng.choice(ACTIONS))
    return {
      steps: actions.map((action, index) => acting(action, index)),
      outcome: actions.reduce((sum, action) => sum + (PLANTED[action] ?? 0), 0),
    }
  }
  return Array.from({ length: count }, () => Array.from({ length: 4 }, episode))
}

let runtime: Runtime
beforeAll(async () => {
  runtime = await openRuntime({ device: 'cpu' })
})
afterAll(() => runtime.close())

const folder = newFolder()

describe('contributions that sum to the outcome', () => {
  it('are those that were planted in an outcome that adds up', async () => {
    const learnt = await learnContributions(plantedGroups(30, 1), { runtime, options: OPTIONS, seed: 5 })
    expect(learnt.heldOut?.episodes).toBe(24)
    expect(learnt.heldOut?.squaredError).toBeLessThan(0.02 * (learnt.heldOut?.spread ?? 0))
    const values = await openStepValues(runtime, stepValueNetwork(learnt.options), learnt.weights)
    const found = await values.of(ACTIONS.map((action) => stepFeatures(acting(action), OPTIONS.features)))
    await values.close()
    expect(found).toEqual(Object.values(PLANTED).map((value) => expect.closeTo(value, 0.8)))
    for (const [at, value] of Object.values(PLANTED).entries())
      expect(Math.abs((found[at] ?? 9) - value)).toBeLessThan(0.1)
  })

  it('are equal for equal seeds, and other for another', async () => {
    const weightsBy = async (seed: number) =>
      (await learnContributions(plantedGroups(4, 1), { runtime, options: { ...OPTIONS, epochs: 2 }, seed })).weights
    const [first, second, other] = [await weightsBy(1), await weightsBy(1), await weightsBy(2)]
    expect(second).toEqual(first)
    expect(other).not.toEqual(first)
  })

  it('explain nothing of an outcome by chance where they were not learnt', async () => {
    const rng = new Rng(keyOfSeed(8), 0)
    const groups = plantedGroups(20, 2).map((each) => each.map((one) => ({ ...one, outcome: rng.int(0, 2) })))
    const { heldOut } = await learnContributions(groups, { runtime, options: OPTIONS })
    expect(heldOut?.squaredError).toBeGreaterThan(0.9 * (heldOut?.spread ?? Infinity))
  })

  it('stop after the pass in which they are interrupted', async () => {
    const interrupt = new AbortController()
    const onEpoch = (epoch: number): void => {
      if (epoch === 2) interrupt.abort()
    }
    const request = { runtime, options: OPTIONS, signal: interrupt.signal, onEpoch }
    expect((await learnContributions(plantedGroups(2, 1), request)).epochs).toBe(2)
  })

  it.each([
    [{ epochs: 0 }, /epochs of the training is from 1/],
    [{ hidden: 1.5 }, /hidden of the training is a whole number/],
    [{ holdOut: 1 }, /holdOut of the training is from 0 to 0.9/],
    [{ learningRate: Number.NaN }, /learningRate/],
  ])('refuse the options %o', async (options, message) => {
    await expect(learnContributions(plantedGroups(2, 1), { runtime, options })).rejects.toThrow(message)
  })

  it('need an episode', async () => {
    await expect(learnContributions([[]], { runtime })).rejects.toThrow(/no episode with a known outcome/)
  })
})

describe('outcomes of episodes', () => {
  it('are their return, or a signal; those without one are counted', () => {
    const paid = trajectory({
      steps: [step({ rewards: [signal('env', 0.25)] }), step({ rewards: [signal('env', 1)] })],
    })
    const unpaid = trajectory({
      id: 'b',
      steps: [step({ rewards: [signal('env', null)] })],
      rewards: [signal('success', 1)],
    })
    const groups = group([paid, unpaid])
    expect(episodesOf(groups, 'return')).toMatchObject({ episodes: [{ outcome: 1.25 }], unknown: 1 })
    expect(episodesOf(groups, 'success')).toMatchObject({ episodes: [{ outcome: 1 }], unknown: 1 })
  })
})

describe('features of a step', () => {
  it('read no evidence, and the listed actions where there are some', () => {
    const bare = acting('act')
    const listed = { ...bare, evidence: listEvidence(-1) }
    expect(stepFeatures(bare, 64).length).toBe(stepFeatures(listed, 64).length)
    expect(stepFeatures(bare, 64).every(({ feature }) => feature >= 0 && feature < 64)).toBe(true)
  })

  it('are the same whatever came after the action', () => {
    const one = { ...acting('search'), nextObservation: 'You win.', terminated: true }
    expect(stepFeatures(one, 64)).toEqual(stepFeatures(acting('search'), 64))
  })

  it('read an action of 100,000 words by its first ones', () => {
    expect(stepFeatures(acting(`${'word '.repeat(100_000)}x y z`), 64).length).toBeLessThan(128)
  })
})

const network = stepValueNetwork({ features: 64, hidden: 4 })
const weights = initialWeights(network.weights, 1)

function savedModel(name: string): string {
  const path = join(folder, name)
  const head = { shape: [4, 1], data: Float32Array.of(1, 0.5, -1, 2) }
  saveContributions(path, { network, weights: { ...weights, head }, outcome: 'return' })
  return path
}

describe('the hook step-contribution', () => {
  const judgedBy = async (path: string) => {
    const hooks = await openHooks([withOptions(stepContribution, { model: path, device: 'cpu' })])
    const steps = ['search', 'buy'].map((action, index) => acting(action, index))
    const [judged] = await judgeSteps(hooks.process, [trajectory({ steps })], () => {})
    await closeHooks(hooks)
    return { hooks, rewards: judged?.steps.flatMap(({ rewards }) => rewards) ?? [] }
  }

  it('gives each step the value of the saved model, and names the model in its options', async () => {
    const path = savedModel('a.safetensors')
    const { hooks, rewards } = await judgedBy(path)
    const model = readContributions(path)
    const values = await openStepValues(runtime, model.network, model.weights)
    const expected = await values.of(['search', 'buy'].map((action) => stepFeatures(acting(action), 64)))
    await values.close()
    expect(rewards.map(({ value }) => value)).toEqual(expected)
    expect(new Set(expected).size).toBe(2)
    expect(hooks.process[0]?.options).toMatchObject({ model: model.version, outcome: 'return', device: 'cpu' })
  })

  it('declines until it is opened, and cannot be opened without a model', async () => {
    const [judged] = await judgeSteps(
      hookSet([stepContribution]).process,
      [trajectory({ steps: [acting('buy')] })],
      () => {},
    )
    expect(judged?.steps[0]?.rewards.at(-1)).toMatchObject({ value: null, reason: 'declined' })
    await expect(openHooks([stepContribution])).rejects.toThrow(/train one with stepgym fit/)
  })

  it('refuses a file that is damaged, or something else', () => {
    const path = savedModel('b.safetensors')
    const { metadata } = { metadata: { format: 'stepgym-contribution-1', options: '{"features":64,"hidden":4}' } }
    writeSafetensors(path, { weights, metadata })
    expect(() => readContributions(path)).toThrow(/it reads null/)
    writeSafetensors(path, { weights, metadata: { ...metadata, options: 'no' } })
    expect(() => readContributions(path)).toThrow(/options cannot be read/)
    writeSafetensors(path, { weights, metadata: {} })
    expect(() => readContributions(path)).toThrow(/not a model of contributions/)
    writeFileSync(path, 'x')
    expect(() => readContributions(path)).toThrow(/it ends before its header/)
  })

  it('refuses weights that were changed, and sizes that they do not fit', () => {
    const path = savedModel('c.safetensors')
    const { weights: read, network: own } = readContributions(path)
    const reads = JSON.stringify({
      ...own.architecture,
      outcome: 'return',
      reads: 'step-features@1 over choice-features@1',
    })
    const other = { shape: [4], data: Float32Array.of(1, 2, 3, 4) }
    writeSafetensors(path, {
      weights: { ...read, bias: other },
      metadata: { format: 'stepgym-contribution-1', options: reads, digest: 'x' },
    })
    expect(() => readContributions(path)).toThrow(/its weights are damaged/)
    const huge = reads.replace('"features":64', '"features":9000000000')
    writeSafetensors(path, {
      weights: read,
      metadata: { format: 'stepgym-contribution-1', options: huge, digest: 'x' },
    })
    expect(() => readContributions(path)).toThrow(/embedding has the shape/)
  })
})
