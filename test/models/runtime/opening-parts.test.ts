import { describe, expect, it } from 'vitest'
import { decoderNetwork } from '../../../models/networks/token-network.ts'
import type { Runtime } from '../../../models/runtime/runtime.ts'
import { openScorer } from '../../../models/scoring/scorer.ts'
import { beginning } from '../../../models/training/progress.ts'
import { openTrainer } from '../../../models/training/trainer.ts'
import { initialWeights, tensorsOf } from '../../../models/weights/weights.ts'
import { openOnlineReward } from '../../../rewards/process/online.ts'
import { tokenReader } from '../../../rewards/process/step-reader.ts'

const network = decoderNetwork({ vocabulary: 6, width: 4, heads: 1, layers: 1, hidden: 8, maxLength: 8 })
const weights = initialWeights(network.weights, 1)

/** Device on which one call fails, and on which sessions and states are counted; nothing is computed. */
function failingRuntime(failing: number) {
  let [calls, open] = [0, 0]
  const opened = <T>(value: T): Promise<T> => {
    if (++calls === failing) return Promise.reject(new Error('the device is full'))
    open++
    return Promise.resolve(value)
  }
  const end = async (): Promise<void> => {
    open--
  }
  const state = {
    copy: () => opened(state),
    read: async () => (++calls === failing ? fail() : tensorsOf(weights)),
    drop: end,
  }
  const fail = (): never => {
    throw new Error('the device is full')
  }
  const runtime: Pick<Runtime, 'load' | 'store'> = {
    load: () => opened({ run: async () => ({}), close: end }),
    store: () => opened(state),
  }
  return { runtime, isReached: () => calls >= failing, open: () => open }
}

const SAVED = { progress: beginning(weights), updates: 0, accuracies: [] }
const online = { network, reader: tokenReader, loss: 'cross-entropy' } as const
const OTHER = {
  ...weights,
  embedding: {
    shape: weights.embedding?.shape ?? [],
    data: (weights.embedding?.data ?? new Float32Array()).map((value) => value + 1),
  },
}

describe('what cannot be opened on a device', () => {
  it.each<[string, (runtime: Pick<Runtime, 'load' | 'store'>) => Promise<unknown>, number]>([
    ['a scorer', (runtime) => openScorer(runtime, network, weights), 2],
    ['a trainer', (runtime) => openTrainer(runtime, network, weights), 3],
    [
      'a reward model',
      (runtime) => openOnlineReward({ ...online, runtime, reference: 'frozen' }, { ...SAVED, reference: OTHER }),
      7,
    ],
  ])('leaves nothing there of %s, whichever part fails', async (_, open, parts) => {
    for (let failing = 1; failing <= parts; failing++) {
      const device = failingRuntime(failing)
      await expect(open(device.runtime), `part ${failing}`).rejects.toThrow('the device is full')
      expect(device.open(), `part ${failing}`).toBe(0)
    }
    const whole = failingRuntime(parts + 1)
    await open(whole.runtime)
    expect(whole.isReached()).toBe(false)
  })

  it('leaves nothing there for limits that cannot be used', async () => {
    const device = failingRuntime(Number.POSITIVE_INFINITY)
    const limits = { inFlight: 0 }
    await expect(openScorer(device.runtime, network, weights, limits)).rejects.toThrow(/inFlight/)
    const opening = openOnlineReward({ ...online, runtime: device.runtime, reference: 'behaviour', limits }, weights)
    await expect(opening).rejects.toThrow(/inFlight/)
    expect(device.open()).toBe(0)
  })
})
