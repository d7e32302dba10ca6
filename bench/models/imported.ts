import { keyOfSeed, Rng } from '../../core/data/rng.ts'
import { openLanguageModel } from '../../models/imported/language-model.ts'
import { decoderNetwork, type TokenAction } from '../../models/networks/token-network.ts'
import type { TensorValues } from '../../models/runtime/messages.ts'
import { openRuntime } from '../../models/runtime/runtime.ts'
import { initialWeights, parameterCount } from '../../models/weights/weights.ts'
import { exportedDecoder, folderWith } from '../../test/support/language-model.ts'
import { pairedRates, printPaired, rounded } from '../measure.ts'

/**
 * Tokens per second of an imported language model: with the head that is spliced into its graph, so that [B, T]
 * log-probabilities leave the thread of the device, and as it was exported, so that [B, T, V] logits leave it and become
 * log-probabilities here.
 */
const CONFIG = { vocabulary: 16_384, width: 128, heads: 4, layers: 4, hidden: 352, maxLength: 128 }
const NETWORK = decoderNetwork(CONFIG)
const WEIGHTS = initialWeights(NETWORK.weights, 1)
const MODEL = exportedDecoder(CONFIG, WEIGHTS)
const COUNT = 4
const rng = new Rng(keyOfSeed(1), 0)
const tokens = (count: number): readonly number[] =>
  Array.from({ length: count }, () => rng.int(0, CONFIG.vocabulary - 1))

/** Actions after a prompt of each share of the sequence. */
const actionsAfter = (share: number): readonly TokenAction[] =>
  Array.from({ length: COUNT }, () => {
    const prompt = Math.round(CONFIG.maxLength * share)
    return { promptTokenIds: tokens(prompt), actionTokenIds: tokens(CONFIG.maxLength - prompt) }
  })

const runtime = await openRuntime({ device: 'cpu' })
const config = JSON.stringify({ vocab_size: CONFIG.vocabulary, max_position_embeddings: CONFIG.maxLength })
const folder = folderWith({ 'model.onnx': MODEL, 'config.json': config })
const scorer = await openLanguageModel(runtime, { folder }, { cacheSize: 0 })
const plain = await runtime.loadModel(MODEL)

/** Log-probabilities from logits that left the device. */
async function fromLogits({ promptTokenIds, actionTokenIds }: TokenAction): Promise<readonly number[]> {
  const ids = [...promptTokenIds, ...actionTokenIds]
  const { logits } = await plain.run({ feeds: feedsOf(ids.slice(0, -1)), fetches: ['logits'] })
  const values = logits?.type === 'float32' ? logits.data : new Float32Array()
  return actionTokenIds.map((id, at) => logProbOf(values, promptTokenIds.length - 1 + at, id))
}

function feedsOf(ids: readonly number[]): TensorValues {
  const int64 = (values: readonly number[]) =>
    ({ type: 'int64', dims: [1, ids.length], data: BigInt64Array.from(values, BigInt) }) as const
  return {
    input_ids: int64(ids),
    attention_mask: int64(ids.map(() => 1)),
    position_ids: int64(ids.map((_, at) => at)),
  }
}

function logProbOf(logits: Float32Array, row: number, id: number): number {
  const own = logits.subarray(row * CONFIG.vocabulary, (row + 1) * CONFIG.vocabulary)
  let most = -Infinity
  for (const logit of own) if (logit > most) most = logit
  let sum = 0
  for (const logit of own) sum += Math.exp(logit - most)
  return (own[id] ?? Number.NaN) - most - Math.log(sum)
}

/** Both ways come to the same. @throws Error where they do not */
async function expectEqual(actions: readonly TokenAction[]): Promise<void> {
  const scored = await scorer.score(actions)
  for (const [at, action] of actions.entries()) {
    const own = scored[at]
    const difference = (await fromLogits(action)).map((value, token) =>
      Math.abs(value - ((own !== undefined && 'logProbs' in own ? own.logProbs[token] : undefined) ?? Number.NaN)),
    )
    if (!difference.every((each) => each < 1e-3)) throw new Error(`the two ways differ by ${Math.max(...difference)}`)
  }
}

const size = `${rounded(parameterCount(NETWORK.weights) / 1e6)} million parameters, ${rounded(CONFIG.vocabulary)} tokens`
for (const share of [1 / 128, 3 / 4]) {
  const actions = actionsAfter(share)
  await expectEqual(actions)
  const count = COUNT * CONFIG.maxLength
  const repeated = async (times: number, once: () => Promise<unknown>): Promise<void> => {
    for (let done = 0; done < times; done += count) await once()
  }
  const logits = async (): Promise<void> => {
    for (const action of actions) await fromLogits(action)
  }
  const measured = await pairedRates([
    { name: 'logits leave the device', count, run: (times) => repeated(times, logits) },
    { name: 'log-probabilities leave the device', count, run: (times) => repeated(times, () => scorer.score(actions)) },
  ])
  const prompt = `prompts of ${Math.round(share * CONFIG.maxLength)} of ${CONFIG.maxLength} tokens`
  printPaired(`imported model of ${size}, ${prompt}, CPU with 1 thread`, 'tokens', measured)
}
await runtime.close()
