import { describe, expect, it } from 'vitest'
import { inProcess } from '../../../evaluation/comparison/in-process.ts'
import { estimatorMethod } from '../../../evaluation/comparison/method.ts'
import { methodNamed } from '../../../evaluation/comparison/presets.ts'
import { runOnce } from '../../../evaluation/comparison/run.ts'
import { openSetting } from '../../../evaluation/comparison/setting.ts'
import oprl from '../../../rewards/advantage/oprl.ts'
import { SMALL_PLAN } from './samples.ts'

const opened = async (plan = SMALL_PLAN) => {
  const setting = await openSetting(plan)
  return { setting, start: await inProcess(setting).start(1) }
}

describe('one run of a comparison', () => {
  it('is refused, before anything is trained, for an estimator that reads what nothing gives', async () => {
    for (const [name, signal] of [
      ['oprl', 'process'],
      ['igpo', 'gain'],
    ] as const)
      await expect(openSetting({ ...SMALL_PLAN, methods: [await methodNamed(name)] })).rejects.toThrow(
        expect.objectContaining({
          code: 'SIGNAL_MISSING',
          message: expect.stringMatching(
            `^method ${name} cannot be trained here: .* no signal ${signal} .*oprl-reference`,
          ),
        }),
      )
  })

  it('is a function of the plan, its key and its start', async () => {
    const [one, other] = [await opened(), await opened()]
    const key = { method: 'rloo', rate: 0.02, seed: 1 }
    const { seconds, ...first } = await runOnce(one.setting, key, one.start.weights)
    const { seconds: _, ...second } = await runOnce(other.setting, key, other.start.weights)
    expect(second).toEqual(first)
    expect(seconds).toBeGreaterThanOrEqual(0)
  })

  it('ends with the iteration that reaches the budget', async () => {
    const { setting, start } = await opened()
    const { curve, iterations } = await runOnce(setting, { method: 'rloo', rate: 0.02, seed: 1 }, start.weights)
    expect(curve).toHaveLength(iterations)
    expect(curve.at(-1)?.steps).toBeGreaterThanOrEqual(60)
    expect(curve.at(-2)?.steps ?? 0).toBeLessThan(60)
  })

  it('changes nothing of an untrained policy, and plays it on the same held-out episodes', async () => {
    const { setting, start } = await opened({ ...SMALL_PLAN, budget: 200 })
    const rates = [0.01, 0.5]
    const runs = await Promise.all(
      rates.map((rate) => runOnce(setting, { method: 'untrained', rate, seed: 1 }, start.weights)),
    )
    const [one, other] = runs.map(({ rate: _, seconds: __, ...run }) => run)
    expect(one).toEqual(other)
  })

  it('pairs methods by seed: all play the same first iteration', async () => {
    const { setting, start } = await opened()
    const firsts = await Promise.all(
      ['rloo', 'random-reward', 'untrained'].map(async (method) => {
        const { curve } = await runOnce(setting, { method, rate: 0.02, seed: 1 }, start.weights)
        return curve[0]
      }),
    )
    expect(firsts[1]).toEqual(firsts[0])
    expect(firsts[2]).toEqual(firsts[0])
  })

  it('starts from graded rewards until the success that the plan asks for, or as long as it permits', async () => {
    const warm = { ...SMALL_PLAN.warm, success: 1, iterations: 2 }
    const { start } = await opened({ ...SMALL_PLAN, warm })
    const untrained = await opened()
    expect(start.steps).toBeGreaterThan(0)
    expect(start.weights.embedding?.data).not.toEqual(untrained.start.weights.embedding?.data)
    expect(untrained.start).toMatchObject({ steps: 0, success: 0 })
  })

  it('has the reward model of its method learn beside the policy', async () => {
    const methods = await Promise.all(['oprl-repaired', 'prime-filtered'].map((name) => methodNamed(name)))
    const { setting, start } = await opened({ ...SMALL_PLAN, methods, budget: 100 })
    const [oprl, prime] = await Promise.all(
      methods.map(({ label }) => runOnce(setting, { method: label, rate: 0.02, seed: 1 }, start.weights)),
    )
    expect(oprl?.pairAccuracy).toBeGreaterThanOrEqual(0)
    expect(oprl?.pairAccuracy).toBeLessThanOrEqual(1)
    expect(prime?.curve[0]).toEqual(oprl?.curve[0])
  })

  it('judges by a model of another size, and by what it learnt of other tasks', async () => {
    const base = { method: 'oprl', minibatches: 2, relativeRate: 1 } as const
    const pretraining = { split: 'test', iterations: 2, learningRate: 0.05 }
    const models = {
      plain: base,
      wide: { ...base, hidden: 8 },
      pretrained: { ...base, pretraining },
      both: { ...base, hidden: 8, pretraining },
    }
    const methods = Object.entries(models).map(([label, rewardModel]) => estimatorMethod(oprl, { rewardModel }, label))
    const { setting, start } = await opened({ ...SMALL_PLAN, methods, budget: 200 })
    const run = (method: string) => runOnce(setting, { method, rate: 0.02, seed: 1 }, start.weights)
    const found = await Promise.all(['plain', 'wide', 'pretrained', 'both', 'both'].map(run))
    const curves = found.map(({ curve }) => JSON.stringify(curve))
    expect(new Set(curves).size).toBe(4)
    expect(curves[4]).toBe(curves[3])
    expect(new Set(found.map(({ curve }) => JSON.stringify(curve[0]))).size).toBe(1)
  })

  it('is refused where tasks for what the model learns before are not there', async () => {
    const pretraining = { split: 'nowhere', iterations: 1, learningRate: 0.01 }
    const rewardModel = { method: 'oprl', minibatches: 1, relativeRate: 1, pretraining } as const
    const methods = [estimatorMethod(oprl, { rewardModel })]
    const { setting, start } = await opened({ ...SMALL_PLAN, methods })
    const key = { method: 'oprl', rate: 0.02, seed: 1 }
    await expect(runOnce(setting, key, start.weights)).rejects.toThrow(/nowhere/)
  })

  it('is refused for a method that the plan does not have', async () => {
    const { setting, start } = await opened()
    const key = { method: 'crbc', rate: 0.02, seed: 1 }
    await expect(runOnce(setting, key, start.weights)).rejects.toThrow(/no method crbc/)
  })
})

describe('a method by name', () => {
  it('is a bound, a variant, or an estimator that knows what a success pays here', async () => {
    expect((await methodNamed('oracle')).kind).toBe('oracle')
    expect(await methodNamed('crbc')).toMatchObject({ estimator: 'crbc', options: { successReward: 1 } })
    expect(await methodNamed('rloo')).toMatchObject({ estimator: 'rloo', options: {} })
    expect(await methodNamed('hgpo-base')).toMatchObject({ estimator: 'hgpo', options: { baseGroup: true } })
    expect(await methodNamed('evidence-closure-rms')).toMatchObject({ options: { scale: 'rms' } })
    expect(await methodNamed('oprl-reference')).toMatchObject({
      ...{ estimator: 'oprl', options: { mode: 'reference' } },
      rewardModel: { method: 'oprl', minibatches: 1, relativeRate: 2 },
    })
    expect(await methodNamed('prime-filtered')).toMatchObject({ estimator: 'prime', successShare: [0.2, 0.8] })
    await expect(methodNamed('constructor')).rejects.toThrow(/constructor/)
  })
})
