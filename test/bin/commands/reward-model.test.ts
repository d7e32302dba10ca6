import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { prepareServer } from '../../../bin/commands/serve/prepare.ts'
import { modelLines } from '../../../bin/find.ts'
import { closeHooks } from '../../../core/reward/open-hooks.ts'
import { categoricalNetwork } from '../../../models/networks/categorical.ts'
import { openRuntime } from '../../../models/runtime/runtime.ts'
import { initialWeights } from '../../../models/weights/weights.ts'
import { readRun } from '../../../records/index.ts'
import { saveOnlineReward } from '../../../rewards/process/checkpoint.ts'
import { openOnlineReward } from '../../../rewards/process/online.ts'
import { policyReader } from '../../../rewards/process/readers.ts'
import { run, runJson } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'

const folder = newFolder()
const file = join(folder, 'phi.safetensors')
const SMALL = ['--env', 'grid', '--agent', 'random', '--groups', '1', '--group-size', '2', '--max-steps', '3']

beforeAll(async () => {
  const runtime = await openRuntime({ device: 'cpu' })
  const network = categoricalNetwork({ features: 64, hidden: 4 })
  const settings = { runtime, network, reader: policyReader(64), loss: 'preference', reference: 'behaviour' } as const
  const online = await openOnlineReward(settings, initialWeights(network.weights, 2))
  await saveOnlineReward(file, online)
  await runtime.close()
})

const implicitOf = (name: string) =>
  [...readRun(join(folder, name)).trajectories()].flatMap(({ trajectory: { steps } }) =>
    steps.flatMap(({ rewards }) => rewards.filter(({ name }) => name === 'implicit')),
  )

describe('a saved reward model on the command line', () => {
  it('judges every step of a rollout; the report and the manifest say what scored', async () => {
    const args = ['rollout', ...SMALL, '--reward-model', file, '--device', 'cpu', '--out', 'run']
    const { code, json } = await runJson(args, { folder })
    expect([code, json.models]).toEqual([
      0,
      [expect.stringMatching(/^implicit: scored on cpu by model [0-9a-f]{16}, onnx/)],
    ])
    expect(implicitOf('run').map(({ value }) => value)).toEqual(Array(6).fill(expect.closeTo(0, 6)))
    expect(readRun(join(folder, 'run')).manifest.hooks).toEqual([
      expect.objectContaining({
        name: 'implicit',
        options: expect.objectContaining({
          device: 'cpu',
          file,
          runtime: expect.stringMatching(/^onnxruntime-node \d/),
        }),
      }),
    ])
  })

  it('judges a record again', async () => {
    await run(['rollout', ...SMALL, '--out', 'bare'], { folder })
    const args = ['rescore', 'bare', '--reward-model', file, '--device', 'cpu', '--out', 'judged']
    expect((await run(args, { folder })).code).toBe(0)
    expect([implicitOf('bare').length, implicitOf('judged').length]).toEqual([0, 6])
  })

  it('is attached by a server, for all environments', async () => {
    const choice = { environments: [], host: '127.0.0.1', port: 0, tokens: [], origins: [], hosts: undefined } as const
    const rest = { agentSplits: undefined, seedKey: undefined, unfinished: 'aborted', defaultName: undefined } as const
    const settings = { env: 'grid', rewardModel: file, device: 'cpu' } as const
    const prepared = await prepareServer(folder, settings, { ...choice, ...rest, record: null, limits: {} })
    expect(prepared.settings.hooks?.process.map(({ name }) => name)).toEqual(['implicit'])
    expect(modelLines(prepared.hooks)).toEqual([expect.stringMatching(/^implicit: scored on cpu/)])
    await closeHooks(prepared.hooks)
  })

  it.each([
    ['a device without a model', ['--device', 'cpu'], 1, /CONFIG_INVALID.*--reward-model/],
    ['a device that there is not', ['--device', 'tpu', '--reward-model', file], 2, /auto, cuda, webgpu or cpu/],
    ['a device that is not here', ['--device', 'cuda', '--reward-model', file], 1, /DEVICE_UNAVAILABLE: device cuda/],
    ['a file that is missing', ['--reward-model', join(folder, 'none')], 1, /MODEL_INVALID: .* cannot be read/],
  ])('is refused for %s, and nothing is written', async (_, flags, code, message) => {
    const refused = await run(['rollout', ...SMALL, ...flags, '--out', 'refused'], { folder })
    expect([refused.code, refused.err]).toEqual([code, expect.stringMatching(message)])
    expect(() => readRun(join(folder, 'refused'))).toThrow()
  })
})
