import { monitorEventLoopDelay } from 'node:perf_hooks'
import { InferenceSession } from 'onnxruntime-node'
import { keyOfSeed, Rng } from '../../core/data/rng.ts'
import { encodeGraph } from '../../models/graph/encode.ts'
import { decoderNetwork, type TokenAction } from '../../models/networks/token-network.ts'
import type { TensorValues } from '../../models/runtime/messages.ts'
import { openRuntime } from '../../models/runtime/runtime.ts'
import { tensorOf } from '../../models/runtime/sessions.ts'
import { openScorer, scoringGraph } from '../../models/scoring/scorer.ts'
import { outcomeMargins } from '../../models/training/margin-loss.ts'
import { openTrainer } from '../../models/training/trainer.ts'
import { initialWeights, parameterCount, tensorsOf } from '../../models/weights/weights.ts'
import { pairedRates, printPaired, printRates, quantile, rates, rounded } from '../measure.ts'

/** Tokens per second of the scorer and of an update, against onnxruntime alone on the same graph. */
const CONFIG = { vocabulary: 2048, width: 128, heads: 4, layers: 4, hidden: 352, maxLength: 512 }
const SEQUENCES = 32
const NETWORK = decoderNetwork(CONFIG)
const WEIGHTS = initialWeights(NETWORK.weights, 1)
const rng = new Rng(keyOfSeed(1), 0)

/** Lengths of turns differ widely: log-normal, 163 tokens on average, 512 at most. */
function actionOf(): TokenAction {
  const normal = Math.sqrt(-2 * Math.log(1 - rng.float())) * Math.cos(2 * Math.PI * rng.float())
  const length = Math.min(512, Math.max(8, Math.round(Math.exp(4.75 + 0.85 * normal))))
  const ids = Array.from({ length }, () => rng.int(0, CONFIG.vocabulary - 1))
  return { promptTokenIds: ids.slice(0, length >> 1), actionTokenIds: ids.slice(length >> 1) }
}
const actions = Array.from({ length: SEQUENCES }, actionOf)
const tokens = actions.reduce((sum, each) => sum + each.promptTokenIds.length + each.actionTokenIds.length, 0)

const asTensors = (values: TensorValues) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, tensorOf(value)]))

const raw = await InferenceSession.create(encodeGraph(scoringGraph(NETWORK)), {
  intraOpNumThreads: 1,
  logSeverityLevel: 3,
})
const weights = asTensors(tensorsOf(WEIGHTS))
const runRaw = (batch: readonly TokenAction[]) =>
  raw.run({ ...weights, ...asTensors(NETWORK.feedsOf(batch)) }, ['log_probs'])

const runtime = await openRuntime({ device: 'cpu' })
const scorer = await openScorer(runtime, NETWORK, WEIGHTS, { cacheSize: 0 })
const batched = await openScorer(runtime, NETWORK, WEIGHTS, { cacheSize: 0, tokenBudget: 1024 })
const delay = monitorEventLoopDelay({ resolution: 1 })

const repeated = async (count: number, once: () => Promise<unknown>): Promise<void> => {
  for (let done = 0; done < count; done += tokens) await once()
}
const measured = await pairedRates(
  [
    {
      name: 'onnxruntime, one by one',
      count: tokens,
      run: (count) =>
        repeated(count, async () => {
          for (const action of actions) await runRaw([action])
        }),
    },
    {
      name: 'scorer, one by one',
      count: tokens,
      run: async (count) => {
        delay.enable()
        await repeated(count, () => scorer.score(actions))
        delay.disable()
      },
    },
    {
      name: 'scorer, batches of 1,024 tokens',
      count: tokens,
      run: (count) => repeated(count, () => batched.score(actions)),
    },
    {
      name: 'onnxruntime, all padded to the longest',
      count: tokens,
      run: (count) => repeated(count, () => runRaw(actions)),
    },
  ],
  9,
)
const size = `${rounded(parameterCount(NETWORK.weights) / 1e6)} million parameters`
printPaired(`scoring ${SEQUENCES} actions of ${tokens} tokens, ${size}, CPU with 1 thread`, 'tokens', measured)
const [, scoring] = measured
const [wall, processor] = [scoring?.ratios ?? [], scoring?.processorRatios ?? []].map((each) => quantile(each, 0.5))
console.log(
  `scorer over onnxruntime on the same graph: ${wall?.toFixed(2)}, by processor time ${processor?.toFixed(2)}; medians of rounds (budget 0.90)`,
)
const stall = delay.percentile(99) / 1e6
console.log(`event loop beside the scorer: 99 % of delays under ${stall.toFixed(1)} ms (timer of 1 ms; budget 15 ms)`)

const short = actions.map(({ promptTokenIds, actionTokenIds }) => ({
  promptTokenIds: promptTokenIds.slice(0, 64),
  actionTokenIds: actionTokenIds.slice(0, 64),
  referenceLogProbs: actionTokenIds.slice(0, 64).map(() => -7),
}))
const trainer = await openTrainer(runtime, NETWORK, WEIGHTS)
const margins = outcomeMargins([short.slice(0, 8).map((each, at) => ({ isSuccess: at % 2 === 0, actions: [each] }))])
const updates = await rates(
  [
    {
      name: 'forward, backward, clipping, AdamW',
      count: 2,
      run: async (count) => {
        for (let done = 0; done < count; done++) await trainer.update(margins)
      },
    },
  ],
  5,
)
printRates('updates of 8 actions of up to 128 tokens', 'updates', updates)
await runtime.close()
