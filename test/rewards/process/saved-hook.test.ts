import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Reward, Step } from '../../../core/data/types.ts'
import type { ProcessHook } from '../../../core/reward/hook.ts'
import { openHooks } from '../../../core/reward/open-hooks.ts'
import { runProcessHook } from '../../../core/reward/run-hooks.ts'
import { categoricalNetwork } from '../../../models/networks/categorical.ts'
import { decoderNetwork } from '../../../models/networks/token-network.ts'
import { openRuntime } from '../../../models/runtime/runtime.ts'
import { initialWeights } from '../../../models/weights/weights.ts'
import implicit from '../../../rewards/hooks/implicit.ts'
import { saveOnlineReward } from '../../../rewards/process/checkpoint.ts'
import { openOnlineReward } from '../../../rewards/process/online.ts'
import { policyReader } from '../../../rewards/process/readers.ts'
import { savedRewardHook } from '../../../rewards/process/saved-hook.ts'
import { tokenReader } from '../../../rewards/process/step-reader.ts'
import { closeAfterTest } from '../../support/cleanup.ts'
import { newFolder } from '../../support/folder.ts'
import { listEvidence, step, tokenEvidence } from '../../support/reward-samples.ts'
import { stoppedThreads } from '../../support/stopped-threads.ts'
import { network as ownNetwork, reader as ownReader } from './choices.ts'

const decoder = decoderNetwork({ vocabulary: 6, width: 4, heads: 1, layers: 1, hidden: 8, maxLength: 8 })
const STEPS: readonly Step[] = [step({ index: 0, evidence: tokenEvidence([-1, -3], [2, 4]) }), step({ index: 1 })]

/** Files of models: over tokens, over the features of the policy, and over features that only a test knows. */
const files = { tokens: '', choices: '', own: '' }
let expected: readonly Reward[] = []

beforeAll(async () => {
  const runtime = await openRuntime({ device: 'cpu' })
  const common = { runtime, loss: 'preference', beta: 0.5 } as const
  const folder = newFolder()
  const save = async <Action>(name: keyof typeof files, settings: Parameters<typeof openOnlineReward<Action>>[0]) => {
    const online = await openOnlineReward(settings, initialWeights(settings.network.weights, 4, 20))
    files[name] = join(folder, `${name}.safetensors`)
    await saveOnlineReward(files[name], online)
    if (name === 'tokens') expected = await runProcessHook(online.hook, STEPS)
    await online.close()
  }
  await save('tokens', { ...common, network: decoder, reader: tokenReader, reference: 'behaviour' })
  const choices = { network: categoricalNetwork({ features: 64, hidden: 4 }), reader: policyReader(64) }
  await save('choices', { ...common, ...choices, reference: 'frozen' })
  await save('own', { ...common, network: ownNetwork, reader: ownReader, reference: 'behaviour' })
  await runtime.close()
})

async function attached(model: string): Promise<ProcessHook> {
  const hook = await savedRewardHook({ model, device: 'cpu' })
  closeAfterTest(() => hook.close?.())
  return hook
}

const plain = (rewards: readonly Reward[]) => rewards.map(({ latencyMs: _, ...reward }) => reward)

describe('a saved reward model that is attached', () => {
  it('gives the rewards that it gave before it was saved', async () => {
    expect(plain(await runProcessHook(await attached(files.tokens), STEPS))).toEqual(plain(expected))
    expect(expected.map(({ value }) => typeof value)).toEqual(['number', 'object'])
  })

  it('says in its options what it is and what computes, for the manifest', async () => {
    const hook = await attached(files.tokens)
    expect([hook.name, hook.options]).toEqual([
      'implicit',
      {
        ...{ beta: 0.5, model: expected[0]?.model?.version, reference: 'behaviour', file: files.tokens },
        ...{ device: 'cpu', runtime: expect.stringMatching(/^onnxruntime-node \d/) },
      },
    ])
  })

  it('judges choices by the features of the policy, exactly 0 against its own first weights', async () => {
    const hook = await attached(files.choices)
    const judged = await runProcessHook(hook, [step({ evidence: listEvidence(-1) }), ...STEPS.slice(0, 1)])
    expect(judged.map(({ value }) => value)).toEqual([0, null])
  })

  it('is the registered hook implicit, under the options that name its file and device', async () => {
    const [hook] = (await openHooks([{ ...implicit, options: { model: files.tokens, device: 'cpu', maxBatch: 3 } }]))
      .process
    closeAfterTest(() => hook?.close?.())
    expect([hook?.maxBatch, hook?.timeoutMs]).toEqual([3, 60_000])
    expect(plain(hook ? await runProcessHook(hook, STEPS) : [])).toEqual(plain(expected))
    const [closed] = await runProcessHook(implicit, STEPS)
    expect(closed).toMatchObject({ value: null, detail: expect.stringContaining('no model is loaded') })
    await expect(openHooks([implicit])).rejects.toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('--reward-model') }),
    )
  })

  it('is refused on a device that is not there, whichever others are', async () => {
    await expect(savedRewardHook({ model: files.tokens, device: 'cuda' })).rejects.toThrow(
      expect.objectContaining({ code: 'DEVICE_UNAVAILABLE', message: expect.stringContaining('device cuda') }),
    )
  })

  it('is refused where it reads what only another program knows', async () => {
    await expect(savedRewardHook({ model: files.own, device: 'cpu' })).rejects.toThrow(
      expect.objectContaining({
        code: 'MODEL_INVALID',
        message: expect.stringContaining('the model reads "actions@1"'),
      }),
    )
  })

  it('gives null with the reason for the batch in which its thread dies, and scores the next on another', async () => {
    const hook = await attached(files.tokens)
    const threads = stoppedThreads()
    const dying = runProcessHook(hook, STEPS)
    await threads.end()
    expect((await dying).map((reward) => [reward.value, 'reason' in reward && reward.reason])).toEqual([
      [null, 'threw'],
      [null, 'threw'],
    ])
    expect(plain(await runProcessHook(hook, STEPS))).toEqual(plain(expected))
  })

  it('gives null once it is closed', async () => {
    const hook = await savedRewardHook({ model: files.tokens, device: 'cpu' })
    await hook.close?.()
    const [reward] = await runProcessHook(hook, STEPS)
    expect(reward).toMatchObject({ value: null, detail: 'the reward model is closed' })
  })
})
