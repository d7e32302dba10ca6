import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Json, Step } from '../../../core/data/types.ts'
import type { ProcessHook } from '../../../core/reward/hook.ts'
import { openHooks } from '../../../core/reward/open-hooks.ts'
import { decoderNetwork } from '../../../models/networks/token-network.ts'
import { initialWeights } from '../../../models/weights/weights.ts'
import implicitLm from '../../../rewards/hooks/implicit-lm.ts'
import { saveOnlineReward } from '../../../rewards/process/checkpoint.ts'
import {
  type LanguageModelRewardSettings,
  openLanguageModelReward,
} from '../../../rewards/process/language-model-reward.ts'
import { plainDecoder } from '../../models/networks/plain.ts'
import { type Answer, type Asked, fakeEndpoint } from '../../support/chat-endpoint.ts'
import { closeAfterTest } from '../../support/cleanup.ts'
import { exportedDecoder, folderWith } from '../../support/language-model.ts'
import { pairLogProb, vllmAnswer } from '../../support/scoring-endpoint.ts'
import { stoppedThreads } from '../../support/stopped-threads.ts'

const DECODER = { vocabulary: 23, width: 8, heads: 2, layers: 1, hidden: 12, maxLength: 24 }
const weightsOf = (seed: number) => initialWeights(decoderNetwork(DECODER).weights, seed, 20)
const folderOf = (seed: number): string =>
  folderWith({
    'model.onnx': exportedDecoder(DECODER, weightsOf(seed)),
    'config.json': JSON.stringify({ vocab_size: 23, max_position_embeddings: 24 }),
  })

const PROMPT = [4, 1]
const ACTIONS = [[5, 2, 9], [7], [30, 1]]
const steps = ACTIONS.map((actionTokenIds, index) => ({
  index,
  evidence: {
    kind: 'token',
    promptTokenIds: PROMPT,
    actionTokenIds,
    logProbs: actionTokenIds.map(() => -1.5),
  },
})) as unknown as readonly Step[]

async function opened(settings: LanguageModelRewardSettings, variables?: Readonly<Record<string, string>>) {
  const reward = await openLanguageModelReward(settings, variables)
  closeAfterTest(() => reward.close())
  return reward.hook
}

const judged = (hook: ProcessHook) =>
  hook.reward(steps, { options: {}, signal: new AbortController().signal } as Parameters<ProcessHook['reward']>[1])

/** Sum of the log-probabilities of an action under a decoder of float64. */
const plainSum = (seed: number, action: readonly number[]): number =>
  plainDecoder(DECODER, weightsOf(seed), [...PROMPT, ...action])
    .slice(PROMPT.length - 1)
    .reduce((sum, value) => sum + value, 0)

async function endpointWith(script: (asked: Asked) => Answer | ReturnType<typeof vllmAnswer> = vllmAnswer) {
  const endpoint = await fakeEndpoint((asked) => {
    const answer = script(asked)
    return typeof answer.text === 'string' ? answer : { text: JSON.stringify(answer) }
  })
  return { baseUrl: endpoint.baseUrl, model: 'm', retries: 0 }
}

describe('an implicit reward of models that a configuration names', () => {
  it('is the difference between two folders, and null with the reason where a model cannot read', async () => {
    const hook = await opened({ phi: folderOf(1), reference: { folder: folderOf(2) }, beta: 0.5, device: 'cpu' })
    const { perStep, declined } = await judged(hook)
    for (const at of [0, 1]) {
      const action = ACTIONS[at] ?? []
      expect(perStep[at]).toBeCloseTo(0.5 * (plainSum(1, action) - plainSum(2, action)), 4)
    }
    expect(perStep[2]).toBeNull()
    expect(declined?.[2]).toBe('token 30 is not in the vocabulary of 23')
    expect(hook.options).toMatchObject({ beta: 0.5, device: 'cpu', runtime: expect.stringMatching(/^onnxruntime/) })
  })

  it('may come from a saved reward model of tokens', async () => {
    const path = join(folderWith({}), 'phi.safetensors')
    const progress = { weights: weightsOf(1), moments: {}, steps: 0 }
    const state = async () => ({ progress, reference: null, updates: 0, accuracies: [] })
    await saveOnlineReward(path, { state, options: { network: { ...decoderNetwork(DECODER).architecture } } })
    const { perStep } = await judged(await opened({ phi: path, beta: 1, device: 'cpu' }))
    expect(perStep[0]).toBeCloseTo(plainSum(1, ACTIONS[0] ?? []) + 3 * 1.5, 4)
    const other = { state, options: { network: { name: 'categorical', features: 3, hidden: 2 } } }
    await saveOnlineReward(path, other)
    await expect(openLanguageModelReward({ phi: path })).rejects.toThrow(/it is not a model of tokens: "categorical"/)
  })

  it('is exactly 0 where both are the same model', async () => {
    const folder = folderOf(1)
    const { perStep } = await judged(await opened({ phi: folder, reference: folder, device: 'cpu' }))
    expect(perStep).toEqual([0, 0, null])
  })

  it('may come from an endpoint, against the policy that acted; no key or address is in its options', async () => {
    const phi: Json = { ...(await endpointWith()), apiKey: 'env:PRM_KEY', version: 'step-7' }
    const hook = await opened({ phi, beta: 1 }, { PRM_KEY: 'sk-secret' })
    const { perStep } = await judged(hook)
    const expected = ACTIONS.map((action) =>
      action.reduce(
        (sum, token, at) => sum + pairLogProb(Number([...PROMPT.slice(-1), ...action][at]), token) + 1.5,
        0,
      ),
    )
    for (const [at, value] of expected.entries()) expect(perStep[at]).toBeCloseTo(value, 10)
    expect(hook.options).toMatchObject({
      phi: { endpoint: 'm', form: 'vllm', version: 'step-7' },
      reference: 'behaviour',
    })
    expect(JSON.stringify(hook.options)).not.toMatch(/secret|PRM_KEY|127\.0\.0\.1/)
    expect(hook.options).not.toHaveProperty('device')
  })

  it('is null for one step whose answer is nonsense, and fails the batch where the endpoint is gone', async () => {
    const isOdd = ({ body }: Asked): boolean => Array.isArray(body.prompt) && body.prompt.length === 3
    const hook = await opened({
      phi: await endpointWith((asked) => (isOdd(asked) ? { text: '{}' } : vllmAnswer(asked))),
    })
    const { perStep, declined } = await judged(hook)
    expect(perStep.map((value) => value === null)).toEqual([false, true, false])
    expect(declined?.[1]).toBe('the endpoint gives no choices')
    const gone = await opened({ phi: await endpointWith(() => ({ status: 503, text: '' })) })
    await expect(judged(gone)).rejects.toThrow(/answered 503/)
  })

  it('fails for the batch in which its thread dies, and scores the next on the same device opened again', async () => {
    const folder = folderOf(1)
    const hook = await opened({ phi: folder, reference: await endpointWith(), device: 'cpu' })
    const other = await opened({ phi: folder, reference: await endpointWith(), device: 'cpu' })
    const threads = stoppedThreads()
    const dying = expect(judged(hook)).rejects.toThrow(/the thread of the device ended/)
    await threads.end()
    await dying
    expect(await judged(hook)).toEqual(await judged(other))
  })

  it('refuses to score on with other weights than those that it has named', async () => {
    const folder = folderOf(1)
    const hook = await opened({ phi: folder, device: 'cpu' })
    const threads = stoppedThreads()
    const dying = expect(judged(hook)).rejects.toThrow()
    await threads.end()
    await dying
    writeFileSync(join(folder, 'model.onnx'), exportedDecoder(DECODER, weightsOf(2)))
    await expect(judged(hook)).rejects.toThrow(
      expect.objectContaining({ code: 'MODEL_INVALID', message: expect.stringContaining('have changed') }),
    )
  })

  it('is the hook implicit-lm, whose options set its batches, its time and its threads', async () => {
    const options = { phi: folderOf(1), device: 'cpu', beta: 0.5, threads: 2, maxBatch: 7, timeoutMs: 1234 }
    const [hook] = (await openHooks([{ ...implicitLm, options: { ...implicitLm.options, ...options } }])).process
    closeAfterTest(() => hook?.close?.())
    expect([hook?.name, hook?.maxBatch, hook?.timeoutMs]).toEqual(['implicit-lm', 7, 1234])
    expect(hook?.options).toMatchObject({ beta: 0.5, device: 'cpu', reference: 'behaviour' })
    await expect(openHooks([{ ...implicitLm, options: { ...implicitLm.options, threads: 0 } }])).rejects.toThrow()
  })

  it.each<[Json, RegExp]>([
    [null, /phi is a folder with model.onnx, a file .safetensors, or \{ baseUrl, model \}/],
    [{ folder: 'x', vocab: 3 }, /phi has no option vocab/],
    [{ baseUrl: 'http://h/v1', model: 'm', form: 'tgi' }, /form of phi is vllm, echo, llama.cpp, not "tgi"/],
    [{ baseUrl: 'http://h/v1', model: 'm', retries: 'many' }, /option retries of phi is a number/],
    [{ baseUrl: 'http://h/v1', model: 'm', apiKey: 'sk-1' }, /apiKey is env:NAME/],
  ])('is refused where phi is %j', async (phi, message) => {
    await expect(openLanguageModelReward({ phi })).rejects.toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) }),
    )
  })

  it('is refused where a file is missing, and leaves no device open', async () => {
    const settings = { phi: folderOf(1), device: 'cpu' } as const
    await expect(openLanguageModelReward({ ...settings, reference: folderWith({}) })).rejects.toThrow(
      /has no file model.onnx/,
    )
    await expect(openLanguageModelReward({ phi: 'gone.safetensors' })).rejects.toThrow(/cannot be read/)
  })
})
