import type { PolicyGradient } from '../agents/policy.ts'
import type { Weight, Weights } from '../models/weights/weights.ts'

/** Weights with the moments of Adam, in float32: what an update makes from the one before it. */
export interface AdamState {
  readonly weights: Weights
  readonly first: Weights
  readonly second: Weights
  /** Updates made. */
  readonly count: number
}

/** Moments of 0, before any update. */
export const startingAdam = (weights: Weights): AdamState => ({
  weights,
  first: zerosLike(weights),
  second: zerosLike(weights),
  count: 0,
})

const zerosLike = (weights: Weights): Weights =>
  Object.fromEntries(
    Object.entries(weights).map(([name, { shape, data }]) => [name, { shape, data: new Float32Array(data.length) }]),
  )

/** How Adam steps. */
export interface AdamSettings {
  readonly learningRate: number
  /** The gradient is scaled down to this norm, over all weights together, where it is longer. */
  readonly maxGradientNorm: number
}

const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8] as const

/**
 * One step of Adam (arXiv 1412.6980, algorithm 1) down a gradient, which is clipped by its global norm as
 * `torch.nn.utils.clip_grad_norm_` does. Arithmetic is float64; weights and moments are kept in float32.
 * @returns the new state, and the norm of the gradient before clipping
 */
export function adamStep(state: AdamState, gradient: PolicyGradient, settings: AdamSettings) {
  const norm = Math.sqrt(sumOfSquares(gradient))
  const scale = norm > settings.maxGradientNorm ? settings.maxGradientNorm / norm : 1
  const count = state.count + 1
  const rate = settings.learningRate / (1 - BETA1 ** count)
  const root = 1 / Math.sqrt(1 - BETA2 ** count)
  const next = { weights: copied(state.weights), first: copied(state.first), second: copied(state.second), count }
  for (const [name, slopes] of Object.entries<Float64Array>({ ...gradient }))
    stepOne(next, name, slopes, { scale, rate, root })
  return { state: next satisfies AdamState, norm }
}

const copied = (weights: Weights): Readonly<Record<string, Weight>> =>
  Object.fromEntries(Object.entries(weights).map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]))

function sumOfSquares(gradient: PolicyGradient): number {
  let sum = 0
  for (const slopes of [gradient.embedding, gradient.bias, gradient.head])
    for (let at = 0; at < slopes.length; at++) sum += (slopes[at] ?? 0) ** 2
  return sum
}

interface Step {
  readonly scale: number
  readonly rate: number
  readonly root: number
}

/** Changes one weight and its moments in place. */
function stepOne(
  { weights, first, second }: Omit<AdamState, 'count'>,
  name: string,
  slopes: Float64Array,
  { scale, rate, root }: Step,
): void {
  const [value, mean, square] = [weights[name]?.data, first[name]?.data, second[name]?.data]
  if (!value || !mean || !square) return
  for (let at = 0; at < slopes.length; at++) {
    const slope = (slopes[at] ?? 0) * scale
    const momentum = BETA1 * (mean[at] ?? 0) + (1 - BETA1) * slope
    const power = BETA2 * (square[at] ?? 0) + (1 - BETA2) * slope * slope
    mean[at] = momentum
    square[at] = power
    value[at] = (value[at] ?? 0) - (rate * momentum) / (Math.sqrt(power) * root + EPSILON)
  }
}
