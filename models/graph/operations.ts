import type { AnyTensor, Tensor } from './graph.ts'
import * as nodes from './nodes.ts'
import { axisOf, lengthOf, type Shape, sizeOf } from './shape.ts'

/*
 * Differentiable operations: each adds its node and, for the reverse pass, the product of a gradient with its Jacobian,
 * made of further nodes. Shapes are checked at once; errors are GymError MODEL_INVALID.
 */

/** Sum; shapes broadcast as in NumPy. */
export const add = (a: Tensor, b: Tensor): Tensor => elementwise('Add', a, b, (gradient) => [gradient, gradient])

export const subtract = (a: Tensor, b: Tensor): Tensor =>
  elementwise('Sub', a, b, (gradient) => [gradient, nodes.unary('Neg', gradient)])

export const multiply = (a: Tensor, b: Tensor): Tensor =>
  elementwise('Mul', a, b, (gradient) => [nodes.binary('Mul', gradient, b), nodes.binary('Mul', gradient, a)])

export const divide = (a: Tensor, b: Tensor): Tensor =>
  elementwise('Div', a, b, (gradient, ratio) => {
    const byA = nodes.binary('Div', gradient, b)
    return [byA, nodes.unary('Neg', nodes.binary('Mul', byA, ratio))]
  })

/** The smaller of two values; equal ones pass their gradient to the first. */
export const minimum = (a: Tensor, b: Tensor): Tensor =>
  elementwise('Min', a, b, (gradient) => {
    const isFirst = nodes.asFloat(nodes.compare('LessOrEqual', a, b))
    const byA = nodes.binary('Mul', gradient, isFirst)
    return [byA, nodes.binary('Sub', gradient, byA)]
  })

type Operands = readonly [Tensor, Tensor]

function elementwise(
  operation: Parameters<typeof nodes.binary>[0],
  a: Tensor,
  b: Tensor,
  backward: (gradient: Tensor, result: Tensor) => Operands,
): Tensor {
  const result = nodes.binary(operation, a, b)
  a.graph.tape.push({
    inputs: [a, b],
    output: result,
    backward: (gradient) => {
      const [byA, byB] = backward(gradient, result)
      return [nodes.summedTo(byA, a), nodes.summedTo(byB, b)]
    },
  })
  return result
}

/** Product with a number. */
export const scale = (x: Tensor, factor: number): Tensor => multiply(x, x.graph.scalar(factor))

/** Sum with a number. */
export const shift = (x: Tensor, term: number): Tensor => add(x, x.graph.scalar(term))

export const negate = (x: Tensor): Tensor => mapped('Neg', x, (gradient) => nodes.unary('Neg', gradient))

export const exponential = (x: Tensor): Tensor => mapped('Exp', x, (gradient, y) => nodes.binary('Mul', gradient, y))

export const logarithm = (x: Tensor): Tensor => mapped('Log', x, (gradient) => nodes.binary('Div', gradient, x))

export const squareRoot = (x: Tensor): Tensor =>
  mapped('Sqrt', x, (gradient, y) => nodes.binary('Div', nodes.scaled(gradient, 0.5), y))

export const hyperbolicTangent = (x: Tensor): Tensor =>
  mapped('Tanh', x, (gradient, y) => nodes.binary('Mul', gradient, oneMinus(nodes.binary('Mul', y, y))))

export const sigmoid = (x: Tensor): Tensor =>
  mapped('Sigmoid', x, (gradient, y) => nodes.binary('Mul', gradient, nodes.binary('Mul', y, oneMinus(y))))

/** log(1 + e^x), without overflow. */
export const softplus = (x: Tensor): Tensor =>
  mapped('Softplus', x, (gradient) => nodes.binary('Mul', gradient, nodes.unary('Sigmoid', x)))

const oneMinus = (x: Tensor): Tensor => nodes.binary('Sub', x.graph.scalar(1), x)

function mapped(
  operation: Parameters<typeof nodes.unary>[0],
  x: Tensor,
  backward: (gradient: Tensor, result: Tensor) => Tensor,
): Tensor {
  return taped(x, nodes.unary(operation, x), backward)
}

/** Values within bounds; outside them the gradient is 0. */
export function clamp(x: Tensor, low: number, high: number): Tensor {
  const { graph } = x
  const clipped = nodes.binary('Max', nodes.binary('Min', x, graph.scalar(high)), graph.scalar(low))
  return taped(x, clipped, (gradient) => {
    const inside = nodes.compare('Equal', x, clipped)
    return nodes.where(inside, gradient, graph.scalar(0))
  })
}

/** The same values as a constant: nothing flows back through them. */
export const withoutGradient = (x: Tensor): Tensor => nodes.unary('Identity', x)

function taped(x: Tensor, result: Tensor, backward: (gradient: Tensor, result: Tensor) => Tensor): Tensor {
  x.graph.tape.push({ inputs: [x], output: result, backward: (gradient) => [backward(gradient, result)] })
  return result
}

/** Product of matrices over the last two axes: [..., m, k] by [..., k, n], or by one [k, n] for all. */
export function matMul(a: Tensor, b: Tensor): Tensor {
  const result = nodes.product(a, b)
  a.graph.tape.push({
    inputs: [a, b],
    output: result,
    backward: (gradient) => [nodes.product(gradient, nodes.matrixTransposed(b)), gradientOfSecond(a, b, gradient)],
  })
  return result
}

/** A second operand that all share takes the rows of all. */
function gradientOfSecond(a: Tensor, b: Tensor, gradient: Tensor): Tensor {
  if (a.shape.length === b.shape.length) return nodes.product(nodes.matrixTransposed(a), gradient)
  return nodes.product(nodes.matrixTransposed(asMatrix(a)), asMatrix(gradient))
}

const asMatrix = (x: Tensor): Tensor =>
  nodes.reshaped(x, [sizeOf(x.shape.slice(0, -1)), lengthOf('MatMul', x.shape, -1)])

/** Axes in another order: axis i of the result is axis `order[i]` of the operand. */
export const transpose = (x: Tensor, order: readonly number[]): Tensor =>
  taped(x, nodes.transposed(x, order), (gradient) =>
    nodes.transposed(
      gradient,
      order.map((_, axis) => order.indexOf(axis)),
    ),
  )

/** The same values in another shape; a named length stays in its place, or follows from the others. */
export const reshape = (x: Tensor, shape: Shape): Tensor =>
  taped(x, nodes.reshaped(x, shape), (gradient) => nodes.reshapedAs(gradient, x))

/** The same values in the shape of another tensor. */
export const reshapeAs = (x: Tensor, like: AnyTensor): Tensor =>
  taped(x, nodes.reshapedAs(x, like), (gradient) => nodes.reshapedAs(gradient, x))

/** Values `from` to `to`, exclusive, of an axis whose length is a number. */
export const slice = (x: Tensor, axis: number, from: number, to: number): Tensor =>
  taped(x, nodes.sliced(x, axis, from, to), (gradient) =>
    nodes.padded(gradient, axis, from, lengthOf('Slice', x.shape, axis) - to),
  )

/** Tensors one after another along an axis. */
export function concatenate(parts: readonly [Tensor, ...Tensor[]], axis: number): Tensor {
  const result = nodes.joined(parts, axis)
  const lengths = parts.map((part) => lengthOf('Concat', part.shape, axis))
  const startOf = (index: number): number => lengths.slice(0, index).reduce((sum, length) => sum + length, 0)
  result.graph.tape.push({
    inputs: parts,
    output: result,
    backward: (gradient) =>
      lengths.map((length, at) => nodes.sliced(gradient, axis, startOf(at), startOf(at) + length)),
  })
  return result
}

/** Sum over axes. */
export const sum = (x: Tensor, axes: readonly number[], options: { readonly keepAxes?: boolean } = {}): Tensor =>
  taped(x, nodes.summed(x, axes, options), (gradient) => nodes.expandedAs(withAxes(gradient, x, axes), x))

/** A reduced gradient with its lost axes back, of length 1. */
function withAxes(gradient: Tensor, x: Tensor, axes: readonly number[]): Tensor {
  const places = axes.map((axis) => axisOf('ReduceSum', x.shape, axis))
  const shape = x.shape.map((dim, axis) => (places.includes(axis) ? 1 : dim))
  return gradient.shape.length === shape.length ? gradient : nodes.unsqueezed(gradient, places, shape)
}

/** Mean over axes; 0 / 0 is NaN. */
export function mean(x: Tensor, axes: readonly number[], options: { readonly keepAxes?: boolean } = {}): Tensor {
  return divide(sum(x, axes, options), nodes.count(x, axes))
}

/** Softmax along the last axis. */
export const softmax = (x: Tensor): Tensor =>
  taped(x, nodes.softmaxed(x), (gradient, y) => {
    const weighted = nodes.binary('Mul', gradient, y)
    return nodes.binary('Sub', weighted, nodes.binary('Mul', y, nodes.summed(weighted, [-1], { keepAxes: true })))
  })

/** log of the sum of exp along the last axis, which stays with length 1. */
export const logSumExp = (x: Tensor): Tensor =>
  taped(x, nodes.logSumExp(x), (gradient) => nodes.binary('Mul', gradient, nodes.softmaxed(x)))

/** log softmax along the last axis, as the difference that WebGPU can compute. */
export const logSoftmax = (x: Tensor): Tensor => subtract(x, logSumExp(x))

/** Rows of a table by their numbers: [rows, ...row] by ids of any shape gives [...ids, ...row]. */
export const embed = (table: Tensor, ids: Tensor<'int64'>): Tensor =>
  taped(table, nodes.rowsOf(table, ids), (gradient) => {
    const count = sizeOf(ids.shape)
    const values = nodes.reshaped(gradient, [count, ...table.shape.slice(1)])
    return nodes.rowsAdded(nodes.zerosAs(table), nodes.reshaped(ids, [count]), values)
  })

/**
 * Log-probability of each target under softmax(x table^T): x [N, d], table [V, d], targets [N] give [N]. The [N, V]
 * logits stay on the device.
 */
export function targetLogProbs(x: Tensor, table: Tensor, targets: Tensor<'int64'>): Tensor {
  const logits = nodes.product(x, nodes.matrixTransposed(table))
  const rows = nodes.reshaped(targets, [sizeOf(targets.shape), 1])
  const chosen = nodes.chosenAt(logits, rows)
  const result = nodes.reshaped(nodes.binary('Sub', chosen, nodes.logSumExp(logits)), targets.shape)
  x.graph.tape.push({
    inputs: [x, table],
    output: result,
    backward: (gradient) => {
      const byRow = nodes.reshaped(gradient, rows.shape)
      const spread = nodes.binary('Mul', byRow, nodes.softmaxed(logits))
      const byX = nodes.binary(
        'Sub',
        nodes.binary('Mul', byRow, nodes.rowsOf(table, targets)),
        nodes.product(spread, table),
      )
      const others = nodes.unary('Neg', nodes.product(nodes.matrixTransposed(spread), x))
      return [byX, nodes.rowsAdded(others, targets, nodes.binary('Mul', byRow, x))]
    },
  })
  return result
}
