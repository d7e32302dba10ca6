import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { categoricalNetwork } from '../../../models/networks/categorical.ts'
import { openRuntime, type Runtime } from '../../../models/runtime/runtime.ts'
import { decodeSafetensors, encodeSafetensors, readSafetensors } from '../../../models/weights/safetensors.ts'
import { initialWeights } from '../../../models/weights/weights.ts'
import { openSavedReward, readSavedReward, saveOnlineReward } from '../../../rewards/process/checkpoint.ts'
import { type OnlineReward, openOnlineReward } from '../../../rewards/process/online.ts'
import { closeAfterTest } from '../../support/cleanup.ts'
import { compiledPath } from '../../support/compiled.ts'
import { newFolder } from '../../support/folder.ts'
import { share } from '../../support/long.ts'
import { choiceGroup, network, reader } from './choices.ts'

let runtime: Runtime
beforeAll(async () => {
  runtime = await openRuntime({ device: 'cpu' })
})
afterAll(() => runtime.close())

const settings = () =>
  ({ runtime, network, reader, loss: 'cross-entropy', reference: { everyUpdates: 2 }, learningRate: 0.05 }) as const

const closed = (online: OnlineReward): OnlineReward => {
  closeAfterTest(() => online.close())
  return online
}

const fresh = async (): Promise<OnlineReward> =>
  closed(await openOnlineReward(settings(), initialWeights(network.weights, 3)))

const BATCHES = ['a', 'b', 'c', 'd', 'e'].map((name) => [choiceGroup(`${name}0`), choiceGroup(`${name}1`)])

async function learnAll(online: OnlineReward, batches: typeof BATCHES): Promise<readonly unknown[]> {
  const updates: unknown[] = []
  for (const batch of batches) updates.push(await online.update(batch))
  return updates
}

/** File of a model after three updates. */
async function savedFile(): Promise<string> {
  const path = join(newFolder(), 'phi.safetensors')
  const online = await fresh()
  await learnAll(online, BATCHES.slice(0, 3))
  await saveOnlineReward(path, online)
  return path
}

describe('a saved reward model', () => {
  it('learns on exactly as one that never stopped', async () => {
    const whole = await fresh()
    const updates = await learnAll(whole, BATCHES)
    const resumed = closed(await openSavedReward(await savedFile(), settings()))
    expect(await learnAll(resumed, BATCHES.slice(3))).toEqual(updates.slice(3))
    expect(await resumed.state()).toEqual(await whole.state())
  })

  it('is read back as it was, with the options that it was saved under', async () => {
    const online = await fresh()
    await learnAll(online, BATCHES.slice(0, 1))
    const path = join(newFolder(), 'phi.safetensors')
    await saveOnlineReward(path, online)
    expect(readSavedReward(path)).toEqual({ state: await online.state(), options: online.options })
    expect(online.options).toMatchObject({
      ...{ reads: 'actions@1', loss: 'cross-entropy', reference: { everyUpdates: 2 }, learningRate: 0.05, beta: 0.05 },
      network: { name: 'categorical', features: 3, hidden: 4 },
    })
  })

  it('is refused under other options, naming those that differ', async () => {
    const path = await savedFile()
    const other = { ...settings(), network: categoricalNetwork({ features: 4, hidden: 4 }), learningRate: 0.1 }
    await expect(openSavedReward(path, { ...other, reference: 'frozen' })).rejects.toThrow(
      expect.objectContaining({
        code: 'MODEL_INVALID',
        message: `${path}: it was saved under other options: network.features is 3 there and 4 here; reference is {"everyUpdates":2} there and "frozen" here; learningRate is 0.05 there and 0.1 here`,
      }),
    )
  })

  it('is refused where its file is missing, truncated, damaged or something else', async () => {
    const path = await savedFile()
    const bytes = readFileSync(path)
    const changed = (change: (copy: Buffer<ArrayBuffer>) => Uint8Array): string => {
      const file = join(newFolder(), 'changed.safetensors')
      writeFileSync(file, change(Buffer.from(bytes)))
      return file
    }
    const rewritten = (change: (file: ReturnType<typeof decodeSafetensors>) => ReturnType<typeof decodeSafetensors>) =>
      changed((copy) => encodeSafetensors(change(decodeSafetensors(copy, 'copy'))))
    const recounted = (change: (counters: Readonly<Record<string, unknown>>) => object) =>
      rewritten(({ weights, metadata }) => {
        const counters = JSON.stringify(change(JSON.parse(metadata.counters ?? '')))
        return { weights, metadata: { ...metadata, counters } }
      })
    const refusals: readonly (readonly [string, string])[] = [
      [join(newFolder(), 'none'), 'cannot be read'],
      [changed((copy) => copy.subarray(0, copy.length - 5)), 'bytes of values'],
      [changed((copy) => copy.subarray(0, 6)), 'it ends before its header'],
      [
        changed((copy) => {
          copy.writeUInt8(copy.readUInt8(copy.length - 3) ^ 1, copy.length - 3)
          return copy
        }),
        'its content is not what was written',
      ],
      [rewritten((file) => ({ ...file, metadata: {} })), 'it is not a saved reward model: it names no format'],
      [
        rewritten((file) => ({ ...file, metadata: { ...file.metadata, options: '[]' } })),
        'its metadata is not an object',
      ],
      [
        rewritten((file) => ({ ...file, metadata: { ...file.metadata, counters: '{' } })),
        'its metadata cannot be read',
      ],
      [rewritten((file) => ({ ...file, metadata: { ...file.metadata, counters: '{"steps":-1}' } })), 'its counters'],
      [recounted(({ accuracies: _, ...rest }) => ({ ...rest, accuracies: ['0.5'] })), 'its counters'],
      [recounted((counters) => ({ ...counters, steps: 1 })), 'its content is not what was written'],
    ]
    for (const [file, message] of refusals)
      expect(() => readSavedReward(file)).toThrow(
        expect.objectContaining({ code: 'MODEL_INVALID', message: expect.stringContaining(message) }),
      )
  })

  it('is refused where its weights are not finite', async () => {
    const online = await fresh()
    const { progress, ...rest } = await online.state()
    const embedding = { shape: [3, 4], data: new Float32Array(12).fill(Number.NaN) }
    const broken = { ...rest, progress: { ...progress, weights: { ...progress.weights, embedding } } }
    const path = join(newFolder(), 'phi.safetensors')
    await saveOnlineReward(path, { options: online.options, state: async () => broken })
    expect(() => readSavedReward(path)).toThrow('phi/embedding has a value that is not finite')
  })

  it('says so where it cannot be written', async () => {
    const folder = join(newFolder(), 'folder')
    mkdirSync(folder)
    await expect(saveOnlineReward(folder, await fresh())).rejects.toThrow(
      expect.objectContaining({ code: 'RECORD_FAILED', message: expect.stringContaining('cannot be written') }),
    )
  })

  it('is whole, the last or the one before, whenever its writer is killed', async () => {
    const folder = newFolder()
    const path = join(folder, 'phi.safetensors')
    for (let round = 0; round < share(3, 12); round++) {
      const acknowledged = await writeUntilKilled(path, round * 7)
      const { weights, metadata } = readSafetensors(path)
      const value = Number(metadata.value)
      expect(value === acknowledged || value === acknowledged + 1).toBe(true)
      expect(weights.phi?.data.every((each) => each === value)).toBe(true)
      expect(readdirSync(folder).filter((name) => name !== 'phi.safetensors' && !name.endsWith('.tmp'))).toEqual([])
    }
  })
})

/** Starts the writer, kills it `ms` after its first checkpoint, and returns the last that it said it wrote. */
async function writeUntilKilled(path: string, ms: number): Promise<number> {
  const writer = spawn(process.execPath, [compiledPath('test/rewards/process/checkpoint-writer.ts'), path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const said: string[] = []
  writer.stdout.setEncoding('utf8').on('data', (text: string) => said.push(text))
  const exit = once(writer, 'close')
  await once(writer.stdout, 'data')
  await sleep(ms)
  writer.kill('SIGKILL')
  await exit
  return Number(said.join('').trimEnd().split('\n').at(-1))
}
