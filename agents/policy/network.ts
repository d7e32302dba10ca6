import { GymError } from '../../core/data/errors.ts'
import type { Seed } from '../../core/data/rng.ts'
import { shown } from '../../core/data/shown.ts'
import { categoricalNetwork } from '../../models/networks/categorical.ts'
import { versionOf } from '../../models/networks/network.ts'
import { expectWeights, initialWeights, type Weights } from '../../models/weights/weights.ts'
import { DEFAULT_FEATURES } from './features.ts'
import type { FeatureRows } from './packed.ts'

/** Sizes of a policy over admissible actions: of `categoricalNetwork`, whose weights it shares. */
export interface PolicySizes {
  /** Features are numbers from 0 to below it. @default 4096 */
  readonly features: number
  /** Width of the hidden layer. @default 32 */
  readonly hidden: number
}

/** Sizes where nothing else is set: 131,136 weights. */
export const DEFAULT_SIZES: PolicySizes = { features: DEFAULT_FEATURES, hidden: 32 }

/** Gradients of the weights, in float64, under the names of `categoricalNetwork`. */
export interface PolicyGradient {
  readonly embedding: Float64Array
  readonly bias: Float64Array
  readonly head: Float64Array
}

/** What the network computes for one state. */
export interface Forward {
  /** Log-probability of each action. */
  readonly logProbs: Float64Array
  /** Activations of the hidden layer, one row an action. */
  readonly hidden: Float64Array
}

/**
 * Network over the admissible actions of a state: softmax over head . tanh(bias + sum of the embeddings of an action's
 * features). It is `categoricalNetwork` of `models/` in plain loops over sparse features: weights are float32 and the
 * same, sums are float64. Weights are values: an update makes other ones.
 */
export interface PolicyNetwork {
  readonly sizes: PolicySizes
  readonly weights: Weights
  /** Digest of sizes and weights, 16 hex digits, as `versionOf` of `models/`. */
  readonly version: string
  forward(rows: FeatureRows): Forward
  /**
   * Adds to a gradient.
   * @param logitGradients derivative of the loss by the logit of each action
   */
  backward(rows: FeatureRows, forward: Forward, logitGradients: ArrayLike<number>, into: PolicyGradient): void
}

/** Weights with which every action is equally likely: a function of the sizes and the seed. @throws GymError SEED_INVALID */
export const initialPolicyWeights = (sizes: PolicySizes, seed: Seed): Weights =>
  initialWeights(categoricalNetwork(architectureOf(sizes)).weights, seed)

/** A gradient of zeros. */
export const emptyGradient = ({ features, hidden }: PolicySizes): PolicyGradient => ({
  embedding: new Float64Array(features * hidden),
  bias: new Float64Array(hidden),
  head: new Float64Array(hidden),
})

/**
 * The network of some weights; its sizes are those of `embedding`.
 * @throws GymError MODEL_INVALID for weights that are not those of such a network, or not finite.
 */
export function policyNetwork(weights: Weights): PolicyNetwork {
  const sizes = sizesOf(weights)
  const shared = categoricalNetwork(architectureOf(sizes))
  expectWeights(shared.weights, weights)
  const [embedding, bias, head] = [values(weights, 'embedding'), values(weights, 'bias'), values(weights, 'head')]
  let version: string | undefined
  return {
    sizes,
    weights,
    get version() {
      version ??= versionOf(shared, weights)
      return version
    },
    forward: (rows) => forwardOf({ embedding, bias, head }, sizes.hidden, rows),
    backward: (rows, forward, logitGradients, into) =>
      addGradient(head, rows, forward.hidden, logitGradients, into, sizes.hidden),
  }
}

const architectureOf = ({ features, hidden }: PolicySizes) => ({ features, hidden })

function sizesOf({ embedding }: Weights): PolicySizes {
  const [features = 0, hidden = 0] = embedding?.shape ?? []
  if (features >= 1 && hidden >= 1) return { features, hidden }
  throw invalid('embedding is missing, or has no shape [features, hidden]')
}

function values(weights: Weights, name: string): Float32Array {
  const data = weights[name]?.data ?? new Float32Array()
  const bad = data.findIndex((value) => !Number.isFinite(value))
  if (bad !== -1) throw invalid(`${name} has ${shown(data[bad])} at ${bad}`)
  return data
}

const invalid = (problem: string): GymError => new GymError('MODEL_INVALID', `policy: ${problem}`)

interface Layers {
  readonly embedding: Float32Array
  readonly bias: Float32Array
  readonly head: Float32Array
}

function forwardOf(layers: Layers, width: number, rows: FeatureRows): Forward {
  const count = rows.starts.length - 1
  const hidden = new Float64Array(count * width)
  const logProbs = new Float64Array(count)
  for (let action = 0; action < count; action++) logProbs[action] = logitOf(layers, width, rows, action, hidden)
  return { logProbs: normalise(logProbs), hidden }
}

/** Leaves the activations of the action in its row of `hidden`. */
function logitOf(
  { embedding, bias, head }: Layers,
  width: number,
  rows: FeatureRows,
  action: number,
  hidden: Float64Array,
) {
  const { starts, slots } = rows
  const row = action * width
  for (let unit = 0; unit < width; unit++) hidden[row + unit] = bias[unit] ?? 0
  const end = starts[action + 1] ?? 0
  for (let at = starts[action] ?? 0; at < end; at++) {
    const from = (slots[at] ?? 0) * width
    for (let unit = 0; unit < width; unit++)
      hidden[row + unit] = (hidden[row + unit] ?? 0) + (embedding[from + unit] ?? 0)
  }
  let logit = 0
  for (let unit = 0; unit < width; unit++) {
    const activation = Math.tanh(hidden[row + unit] ?? 0)
    hidden[row + unit] = activation
    logit += activation * (head[unit] ?? 0)
  }
  return logit
}

/** Logits become log-probabilities in place. */
function normalise(logits: Float64Array): Float64Array {
  let most = -Infinity
  for (const logit of logits) if (logit > most) most = logit
  let sum = 0
  for (const logit of logits) sum += Math.exp(logit - most)
  const log = most + Math.log(sum)
  for (let at = 0; at < logits.length; at++) logits[at] = (logits[at] ?? 0) - log
  return logits
}

function addGradient(
  head: Float32Array,
  { starts, slots }: FeatureRows,
  hidden: Float64Array,
  logitGradients: ArrayLike<number>,
  into: PolicyGradient,
  width: number,
): void {
  const inner = new Float64Array(width)
  for (let action = 0; action < starts.length - 1; action++) {
    const slope = logitGradients[action] ?? 0
    if (slope === 0) continue
    for (let unit = 0; unit < width; unit++) {
      const activation = hidden[action * width + unit] ?? 0
      const back = slope * (head[unit] ?? 0) * (1 - activation * activation)
      inner[unit] = back
      into.head[unit] = (into.head[unit] ?? 0) + slope * activation
      into.bias[unit] = (into.bias[unit] ?? 0) + back
    }
    const end = starts[action + 1] ?? 0
    for (let at = starts[action] ?? 0; at < end; at++) {
      const from = (slots[at] ?? 0) * width
      for (let unit = 0; unit < width; unit++)
        into.embedding[from + unit] = (into.embedding[from + unit] ?? 0) + (inner[unit] ?? 0)
    }
  }
}
