import { gradients } from './gradient.ts'
import type { Graph, Tensor } from './graph.ts'
import { binary, scaled, summed, unary } from './nodes.ts'

/** Settings of AdamW (Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019, algorithm 2). */
export interface AdamWOptions {
  /** Decay rates of the first and second moments. @default 0.9 and 0.999 */
  readonly beta1?: number
  readonly beta2?: number
  /** Term that keeps the quotient finite. @default 1e-8 */
  readonly epsilon?: number
  /** Decoupled weight decay, of weights with two axes or more. @default 0 */
  readonly weightDecay?: number
  /** Largest norm of all gradients together; longer ones are shortened to it. @default 1 */
  readonly maxGradNorm?: number
}

/** Names of what one weight brings to a training graph: inputs, and outputs that follow them. */
export const momentsOf = (weight: string): readonly [string, string] => [`${weight}.m`, `${weight}.v`]
export const nextOf = (name: string): string => `${name}.next`

/** Scalars of one step, by the names of the inputs that they are for. */
export interface AdamWScalars {
  readonly learning_rate: number
  /** 1 - beta^step: float32 would lose 5e-5 of the second one's first values. */
  readonly unbias1: number
  readonly unbias2: number
}

/** @param step from 1 */
export function adamWScalars(step: number, learningRate: number, options: AdamWOptions = {}): AdamWScalars {
  const { beta1, beta2 } = { ...ADAMW_DEFAULTS, ...options }
  return { learning_rate: learningRate, unbias1: 1 - beta1 ** step, unbias2: 1 - beta2 ** step }
}

/**
 * One step of AdamW that minimises a loss. Inputs added: the scalars of `adamWScalars`; for each weight its two moments. Outputs added: `gradient_norm` before clipping, and each weight and moment after the step, under its
 * name with `.next`. As `torch.nn.utils.clip_grad_norm_` followed by `torch.optim.AdamW`.
 * @throws GymError MODEL_INVALID where the loss does not depend on a weight.
 */
export function addAdamW(loss: Tensor, weights: readonly Tensor[], options: AdamWOptions = {}): void {
  const { graph } = loss
  const found = gradients(loss, weights)
  const norm = unary(
    'Sqrt',
    found.map(squaredNorm).reduce((sum, term) => binary('Add', sum, term)),
  )
  graph.output('gradient_norm', norm)
  const step: Step = { ...ADAMW_DEFAULTS, ...options, graph, ...scalarsOf(graph), shrink: shrinkBy(norm, options) }
  for (const [index, weight] of weights.entries()) {
    const gradient = found[index]
    if (gradient !== undefined) updateWeight(weight, binary('Mul', gradient, step.shrink), step)
  }
}

export const ADAMW_DEFAULTS = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 1 }

interface Step extends Required<AdamWOptions> {
  readonly graph: Graph
  readonly learningRate: Tensor
  readonly unbias1: Tensor
  readonly unbias2: Tensor
  /** Factor of all gradients, at most 1. */
  readonly shrink: Tensor
}

const scalarsOf = (graph: Graph): Pick<Step, 'learningRate' | 'unbias1' | 'unbias2'> => ({
  learningRate: graph.input('learning_rate', 'float32', []),
  unbias1: graph.input('unbias1', 'float32', []),
  unbias2: graph.input('unbias2', 'float32', []),
})

const squaredNorm = (x: Tensor): Tensor => summed(binary('Mul', x, x), [...x.shape.keys()])

/** PyTorch's factor, with its 1e-6 in the denominator. */
function shrinkBy(norm: Tensor, { maxGradNorm = ADAMW_DEFAULTS.maxGradNorm }: AdamWOptions): Tensor {
  const { graph } = norm
  const factor = binary('Div', graph.scalar(maxGradNorm), binary('Add', norm, graph.scalar(1e-6)))
  return binary('Min', factor, graph.scalar(1))
}

function updateWeight(weight: Tensor, gradient: Tensor, step: Step): void {
  const { graph, beta1, beta2, learningRate } = step
  const [first, second] = momentsOf(weight.name)
  const m = decayed(graph.input(first, 'float32', weight.shape), gradient, beta1)
  const v = decayed(graph.input(second, 'float32', weight.shape), binary('Mul', gradient, gradient), beta2)
  const root = unary('Sqrt', binary('Div', v, step.unbias2))
  const direction = binary('Div', binary('Div', m, step.unbias1), binary('Add', root, graph.scalar(step.epsilon)))
  const next = binary('Sub', shrunk(weight, step), binary('Mul', learningRate, direction))
  graph.output(nextOf(weight.name), next)
  graph.output(nextOf(first), m)
  graph.output(nextOf(second), v)
}

/** Weight after decoupled decay. */
function shrunk(weight: Tensor, { weightDecay, learningRate }: Step): Tensor {
  if (weightDecay === 0 || weight.shape.length < 2) return weight
  return binary('Sub', weight, binary('Mul', scaled(learningRate, weightDecay), weight))
}

const decayed = (average: Tensor, value: Tensor, rate: number): Tensor =>
  binary('Add', scaled(average, rate), scaled(value, 1 - rate))
