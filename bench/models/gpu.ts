import { keyOfSeed, Rng } from '../../core/data/rng.ts'
import { Graph } from '../../models/graph/graph.ts'
import { matMul, sum } from '../../models/graph/operations.ts'
import type { DecoderConfig } from '../../models/networks/decoder.ts'
import { decoderNetwork, type TokenAction } from '../../models/networks/token-network.ts'
import type { TensorValue } from '../../models/runtime/messages.ts'
import { openRuntime, type Runtime } from '../../models/runtime/runtime.ts'
import { openScorer } from '../../models/scoring/scorer.ts'
import { initialWeights, parameterCount } from '../../models/weights/weights.ts'
import { printRates, rates, rounded } from '../measure.ts'

/**
 * Tokens per second of the scorer on the best device of this machine, and the share of its arithmetic that they use:
 * floating point operations of the network against those of a plain matrix product on the same device.
 */
const SMALL: DecoderConfig = { vocabulary: 2048, width: 128, heads: 4, layers: 4, hidden: 352, maxLength: 256 }
const LARGE: DecoderConfig = { vocabulary: 32_000, width: 1024, heads: 16, layers: 12, hidden: 2816, maxLength: 512 }

/** Operations of one token's forward pass: two for each weight of a product, and attention over half of T positions. */
function operationsOf({ vocabulary, width, layers, hidden }: DecoderConfig, length: number): number {
  const block = 4 * width * width + 3 * width * hidden
  return 2 * (layers * block + vocabulary * width) + layers * 2 * length * width
}

/** Operations per second of the product of two square matrices, the best of five. */
async function peakOf(runtime: Runtime, side: number): Promise<number> {
  const graph = new Graph()
  const [x, y] = [graph.input('x', 'float32', [side, side]), graph.input('y', 'float32', [side, side])]
  // The sum is returned alone, so that the product stays on the device.
  graph.output('total', sum(matMul(x, y), [0, 1]))
  const session = await runtime.load(graph)
  const matrix: TensorValue = { type: 'float32', dims: [side, side], data: new Float32Array(side * side).fill(1) }
  const state = await runtime.store({ x: matrix, y: matrix })
  let best = 0
  for (let round = 0; round < 5; round++) {
    const began = performance.now()
    await session.run({ fetches: ['total'], state })
    best = Math.max(best, (2 * side ** 3) / ((performance.now() - began) / 1000))
  }
  await Promise.all([session.close(), state.drop()])
  return best
}

const rng = new Rng(keyOfSeed(1), 0)

function actionsOf({ vocabulary, maxLength }: DecoderConfig, count: number): readonly TokenAction[] {
  const half = maxLength >> 1
  const tokens = (): readonly number[] => Array.from({ length: half }, () => rng.int(0, vocabulary - 1))
  return Array.from({ length: count }, () => ({ promptTokenIds: tokens(), actionTokenIds: tokens() }))
}

const runtime = await openRuntime()
const { device, runtime: software, refused } = runtime.report
const isGpu = device !== 'cpu'
console.log(`device: ${device}, ${software}, float32`)
for (const each of refused) console.log(`  not ${each.device}: ${each.reason}`)
if (!isGpu) console.log('  no GPU is used here: these are figures of a CPU with 1 thread')

const config = isGpu ? LARGE : SMALL
const network = decoderNetwork(config)
const limits = { cacheSize: 0, tokenBudget: isGpu ? 16_384 : 1 }
const scorer = await openScorer(runtime, network, initialWeights(network.weights, 1), limits)
const actions = actionsOf(config, isGpu ? 64 : 8)
const tokens = actions.length * config.maxLength
const run = async (count: number): Promise<void> => {
  for (let done = 0; done < count; done += tokens) await scorer.score(actions)
}
const measured = await rates([{ name: `scorer on ${device}`, count: tokens, run }], 5)
const size = `${rounded(parameterCount(network.weights) / 1e6)} million parameters`
printRates(`scoring actions of ${config.maxLength} tokens, ${size}`, 'tokens', measured)

const used = (measured[0]?.perSecond ?? 0) * operationsOf(config, config.maxLength)
const peak = await peakOf(runtime, isGpu ? 8192 : 1024)
console.log(
  `${rounded(used / 1e9)} GFLOP/s: ${((100 * used) / peak).toFixed(1)} % of a matrix product on the same device (${rounded(peak / 1e9)} GFLOP/s)`,
)
await runtime.close()
