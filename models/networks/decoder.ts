import { GymError } from '../../core/data/errors.ts'
import type { Tensor } from '../graph/graph.ts'
import * as nodes from '../graph/nodes.ts'
import {
  add,
  concatenate,
  divide,
  embed,
  matMul,
  mean,
  multiply,
  reshape,
  reshapeAs,
  scale,
  shift,
  sigmoid,
  slice,
  softmax,
  squareRoot,
  subtract,
  targetLogProbs,
  transpose,
} from '../graph/operations.ts'
import { sizeOf } from '../graph/shape.ts'
import type { WeightSpec, WeightSpecs } from '../weights/weights.ts'
import type { WeightTensor } from './network.ts'

/** Sizes of a decoder. */
export interface DecoderConfig {
  /** Tokens: ids run from 0 to this, exclusive. */
  readonly vocabulary: number
  /** Width of the residual stream: a multiple of twice the heads. */
  readonly width: number
  readonly heads: number
  readonly layers: number
  /** Width between the two matrices of a feed-forward block. */
  readonly hidden: number
  /** Most tokens of a sequence. */
  readonly maxLength: number
}

/** Term under the root of the normalisation, and base of the rotation's wavelengths, as in Llama. */
export const NORM_EPSILON = 1e-5
export const ROTARY_BASE = 10_000
/** Large enough to leave no probability, and finite: Softmax on WebGPU turns minus infinity into NaN. */
const MASKED = -1e9
const INIT_DEVIATION = 0.02

/** @throws GymError CONFIG_INVALID */
export function expectDecoderConfig(config: DecoderConfig): void {
  for (const [name, value] of Object.entries(config))
    if (!(Number.isSafeInteger(value) && value >= 1)) throw invalid(`${name} is a whole number from 1, not ${value}`)
  if (config.width % (2 * config.heads) !== 0)
    throw invalid(`width is a multiple of twice the heads, ${2 * config.heads}, not ${config.width}`)
}

const invalid = (problem: string): GymError => new GymError('CONFIG_INVALID', `decoder: ${problem}`)

/** Weights of a decoder; the embedding is also the head. */
export function decoderWeights(config: DecoderConfig): WeightSpecs {
  const { vocabulary, width, layers } = config
  const blocks = Array.from({ length: layers }, (_, layer) => Object.entries(blockWeights(config, layer)))
  return {
    embedding: matrix(vocabulary, width),
    ...Object.fromEntries(blocks.flat()),
    norm: ones(width),
  }
}

const blockWeights = ({ width, hidden }: DecoderConfig, layer: number): WeightSpecs => ({
  [`block${layer}.norm1`]: ones(width),
  [`block${layer}.query`]: matrix(width, width),
  [`block${layer}.key`]: matrix(width, width),
  [`block${layer}.value`]: matrix(width, width),
  [`block${layer}.output`]: matrix(width, width),
  [`block${layer}.norm2`]: ones(width),
  [`block${layer}.gate`]: matrix(width, hidden),
  [`block${layer}.up`]: matrix(width, hidden),
  [`block${layer}.down`]: matrix(hidden, width),
})

const matrix = (rows: number, columns: number): WeightSpec => ({
  shape: [rows, columns],
  init: { normal: INIT_DEVIATION },
})
const ones = (width: number): WeightSpec => ({ shape: [width], init: { constant: 1 } })

/**
 * Log-probability of each next token under a Llama-style decoder: RMS normalisation (Zhang and Sennrich, 2019), rotary
 * positions (Su et al., 2021), causal attention, SwiGLU (Shazeer, 2020), head tied to the embedding.
 * @param ids [B, T], the tokens read
 * @param targets [B, T], the token after each
 * @returns [B, T]
 */
export function decoderLogProbs(
  config: DecoderConfig,
  weight: WeightTensor,
  ids: Tensor<'int64'>,
  targets: Tensor<'int64'>,
): Tensor {
  const count = sizeOf(ids.shape)
  const rows = reshape(decoderHidden(config, weight, ids), [count, config.width])
  return reshapeAs(targetLogProbs(rows, weight('embedding'), nodes.reshaped(targets, [count])), ids)
}

/** Hidden states that the head of a decoder reads: [B, T] give [B, T, width]. */
export function decoderHidden(config: DecoderConfig, weight: WeightTensor, ids: Tensor<'int64'>): Tensor {
  const positions = positionsOf(config, ids)
  let stream = embed(weight('embedding'), ids)
  for (let layer = 0; layer < config.layers; layer++) {
    const block: WeightTensor = (name) => weight(`block${layer}.${name}`)
    stream = add(stream, attention(config, block, positions, normalised(stream, block('norm1'))))
    stream = add(stream, feedForward(block, normalised(stream, block('norm2'))))
  }
  return normalised(stream, weight('norm'))
}

/** x / sqrt(mean(x^2) + epsilon), weighted by element. */
function normalised(x: Tensor, weight: Tensor): Tensor {
  const square = mean(multiply(x, x), [-1], { keepAxes: true })
  return multiply(divide(x, squareRoot(shift(square, NORM_EPSILON))), weight)
}

/** What depends on the length of the sequences alone. */
interface Positions {
  /** [T, width / heads / 2] */
  readonly cosines: Tensor
  readonly sines: Tensor
  /** [T, T]: 0 up to the own position, a large negative number after it. */
  readonly mask: Tensor
}

function positionsOf({ width, heads, maxLength }: DecoderConfig, ids: Tensor<'int64'>): Positions {
  const half = width / heads / 2
  const table = (value: (angle: number) => number): Tensor => {
    const angles = Float32Array.from({ length: maxLength * half }, (_, at) => {
      const wavelength = ROTARY_BASE ** ((at % half) / half)
      return value(Math.floor(at / half) / wavelength)
    })
    return nodes.firstRows(ids.graph.constant('float32', [maxLength, half], angles), ids, 1)
  }
  return { cosines: table(Math.cos), sines: table(Math.sin), mask: causalMask(ids) }
}

const causalMask = (ids: Tensor<'int64'>): Tensor => nodes.strictUpperTriangle(ids, 1, MASKED)

function attention(config: DecoderConfig, weight: WeightTensor, positions: Positions, x: Tensor): Tensor {
  const { heads, width } = config
  const project = (name: string): Tensor => splitHeads(matMul(x, weight(name)), heads, width)
  const query = scale(rotated(project('query'), positions), 1 / Math.sqrt(width / heads))
  const key = rotated(project('key'), positions)
  const scores = add(matMul(query, transpose(key, [0, 1, 3, 2])), positions.mask)
  const mixed = transpose(matMul(softmax(scores), project('value')), [0, 2, 1, 3])
  const [batch = 'B', length = 'T'] = x.shape
  return matMul(reshape(mixed, [batch, length, width]), weight('output'))
}

/** [B, T, width] to [B, heads, T, width / heads]. */
function splitHeads(x: Tensor, heads: number, width: number): Tensor {
  const [batch = 'B', length = 'T'] = x.shape
  return transpose(reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3])
}

/** Each pair (i, i + half) of a head turned by the angle of its position. */
function rotated(x: Tensor, { cosines, sines }: Positions): Tensor {
  const half = Number(cosines.shape[1])
  const [first, second] = [slice(x, -1, 0, half), slice(x, -1, half, 2 * half)]
  return concatenate(
    [
      subtract(multiply(first, cosines), multiply(second, sines)),
      add(multiply(second, cosines), multiply(first, sines)),
    ],
    -1,
  )
}

function feedForward(weight: WeightTensor, x: Tensor): Tensor {
  const gate = matMul(x, weight('gate'))
  return matMul(multiply(multiply(gate, sigmoid(gate)), matMul(x, weight('up'))), weight('down'))
}
