import { decoderNetwork } from '../../../models/networks/token-network.ts'
import type { Device } from '../../../models/runtime/messages.ts'
import { openRuntime } from '../../../models/runtime/runtime.ts'
import { openScorer } from '../../../models/scoring/scorer.ts'
import { preferenceMargins } from '../../../models/training/margin-loss.ts'
import { openTrainer } from '../../../models/training/trainer.ts'
import { initialWeights } from '../../../models/weights/weights.ts'

/** Program of `webgpu.test.ts`: scores and trains the same decoder on each device named, and prints what it got. */
const NETWORK = decoderNetwork({ vocabulary: 29, width: 16, heads: 2, layers: 2, hidden: 24, maxLength: 16 })
const WEIGHTS = initialWeights(NETWORK.weights, 3, 10)

/** Batches of the same actions: others may round otherwise. */
const LIMITS = { tokenBudget: 64 }

const action = (...ids: readonly number[]) => ({
  promptTokenIds: ids.slice(0, 2),
  actionTokenIds: ids.slice(2),
  referenceLogProbs: ids.slice(2).map(() => -3),
})
const ACTIONS = [action(1, 2, 3, 4, 5), action(7, 8, 9), action(28, 0, 13, 2, 2, 5, 11, 12)]
const GROUP = ACTIONS.map((each, index) => ({ isSuccess: index === 1, actions: [each] }))

async function computedOn(device: Device) {
  const runtime = await openRuntime({ device })
  const scorer = await openScorer(runtime, NETWORK, WEIGHTS, LIMITS)
  const scores = await scorer.score(ACTIONS)
  const trainer = await openTrainer(runtime, NETWORK, WEIGHTS, { learningRate: 1e-3 })
  const before = await trainer.scorer(LIMITS)
  const updates = [await trainer.update(preferenceMargins([GROUP])), await trainer.update(preferenceMargins([GROUP]))]
  const kept = await before.score(ACTIONS)
  const after = await (await trainer.scorer()).score(ACTIONS)
  const { embedding } = await trainer.weights()
  await runtime.close()
  return { device: runtime.report.device, scores, kept, updates, after, embedding: [...(embedding?.data ?? [])] }
}

const results = []
for (const device of process.argv.slice(2) as Device[]) results.push(await computedOn(device))
console.log(JSON.stringify(results))
