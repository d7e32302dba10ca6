import type { AnyTensor, ElementType, Tensor } from './graph.ts'
import {
  axisOf,
  broadcast,
  type Dim,
  dimOf,
  invalidShape,
  isSameShape,
  lengthOf,
  type Shape,
  shapeText,
  sizeOf,
  stretchedAxes,
} from './shape.ts'

/*
 * ONNX nodes with the rules of their shapes, without gradients: what `operations.ts` and the reverse pass are made of.
 * Every product of matrices has operands of at least two axes: onnxruntime 1.30 multiplies a transposed matrix with a
 * vector wrongly on CPUs.
 */

type Unary = 'Neg' | 'Exp' | 'Log' | 'Sqrt' | 'Reciprocal' | 'Tanh' | 'Sigmoid' | 'Softplus' | 'Identity' | 'Floor'
type Binary = 'Add' | 'Sub' | 'Mul' | 'Div' | 'Pow' | 'Min' | 'Max'
type Comparison = 'Less' | 'LessOrEqual' | 'Greater' | 'Equal'

export const unary = (operation: Unary, x: Tensor): Tensor =>
  x.graph.node({ operation, inputs: [x], type: 'float32', shape: x.shape })

export const binary = (operation: Binary, a: Tensor, b: Tensor): Tensor =>
  a.graph.node({ operation, inputs: [a, b], type: 'float32', shape: broadcast(operation, a.shape, b.shape) })

export const scaled = (x: Tensor, factor: number): Tensor => binary('Mul', x, x.graph.scalar(factor))

export const compare = (operation: Comparison, a: Tensor, b: Tensor): Tensor<'bool'> =>
  a.graph.node({ operation, inputs: [a, b], type: 'bool', shape: broadcast(operation, a.shape, b.shape) })

/** 1 where true, else 0. */
export const asFloat = (x: AnyTensor): Tensor =>
  x.graph.node({
    operation: 'Cast',
    inputs: [x],
    type: 'float32',
    shape: x.shape,
    attributes: { to: { kind: 'int', value: 1 } },
  })

export function where(condition: Tensor<'bool'>, a: Tensor, b: Tensor): Tensor {
  const shape = broadcast('Where', condition.shape, broadcast('Where', a.shape, b.shape))
  return a.graph.node({ operation: 'Where', inputs: [condition, a, b], type: 'float32', shape })
}

/** Product of matrices over the last two axes; the others are equal, or `b` has only two. */
export function product(a: Tensor, b: Tensor): Tensor {
  const [rows, inner] = [dimOf('MatMul', a.shape, -2), dimOf('MatMul', a.shape, -1)]
  const isShared = b.shape.length === 2
  const isFit = dimOf('MatMul', b.shape, -2) === inner && (isShared || isSameShape(outer(a), outer(b)))
  if (!isFit) throw invalidShape('MatMul', `shapes ${shapeText(a.shape)} and ${shapeText(b.shape)} do not multiply`)
  const shape = [...outer(a), rows, dimOf('MatMul', b.shape, -1)]
  return a.graph.node({ operation: 'MatMul', inputs: [a, b], type: 'float32', shape })
}

const outer = ({ shape }: Tensor): Shape => shape.slice(0, -2)

export function transposed(x: Tensor, order: readonly number[]): Tensor {
  const isOrder = order.length === x.shape.length && order.every((_, axis) => order.includes(axis))
  if (!isOrder) throw invalidShape('Transpose', `${order.join()} does not order the axes of ${shapeText(x.shape)}`)
  return x.graph.node({
    operation: 'Transpose',
    inputs: [x],
    type: 'float32',
    shape: order.map((axis) => dimOf('Transpose', x.shape, axis)),
    attributes: { perm: { kind: 'ints', value: order } },
  })
}

/** Last two axes exchanged. */
export function matrixTransposed(x: Tensor): Tensor {
  const rank = x.shape.length
  return transposed(x, [...Array(rank - 2).keys(), rank - 1, rank - 2])
}

/**
 * The same values in another shape. A named length stays in its place, or is the one that follows from the others.
 * @throws GymError MODEL_INVALID
 */
export function reshaped<Type extends ElementType>(x: Tensor<Type>, shape: Shape): Tensor<Type> {
  if (sizeOf(x.shape) !== sizeOf(shape))
    throw invalidShape('Reshape', `${shapeText(x.shape)} has another number of values than ${shapeText(shape)}`)
  const lengths = shape.map((dim, axis) => (typeof dim === 'number' ? dim : dim === x.shape[axis] ? 0 : -1))
  if (lengths.filter((length) => length === -1).length > 1)
    throw invalidShape('Reshape', `several lengths of ${shapeText(shape)} are unknown: give a tensor of that shape`)
  return x.graph.node({ operation: 'Reshape', inputs: [x, x.graph.integers(lengths)], type: x.type, shape })
}

/** The same values in the shape of another tensor. */
export function reshapedAs(x: Tensor, like: AnyTensor): Tensor {
  if (sizeOf(x.shape) !== sizeOf(like.shape))
    throw invalidShape('Reshape', `${shapeText(x.shape)} has another number of values than ${shapeText(like.shape)}`)
  return x.graph.node({ operation: 'Reshape', inputs: [x, shapeOf(like)], type: 'float32', shape: like.shape })
}

/** Lengths of the axes of a tensor at run time. */
export const shapeOf = (x: AnyTensor): Tensor<'int64'> =>
  x.graph.node({ operation: 'Shape', inputs: [x], type: 'int64', shape: [x.shape.length] })

/** Broadcast to the shape of another tensor. */
export const expandedAs = (x: Tensor, like: AnyTensor): Tensor =>
  x.graph.node({
    operation: 'Expand',
    inputs: [x, shapeOf(like)],
    type: 'float32',
    shape: broadcast('Expand', x.shape, like.shape),
  })

export function summed(x: Tensor, axes: readonly number[], { keepAxes = false } = {}): Tensor {
  if (axes.length === 0) return x
  return reduction('ReduceSum', x, axes, keepAxes)
}

/** log of the sum of exp along the last axis, which stays with length 1. */
export const logSumExp = (x: Tensor): Tensor => reduction('ReduceLogSumExp', x, [-1], true)

function reduction(operation: string, x: Tensor, axes: readonly number[], keepAxes: boolean): Tensor {
  const places = axes.map((axis) => axisOf(operation, x.shape, axis))
  const kept = x.shape.flatMap<Dim>((dim, axis) => (places.includes(axis) ? (keepAxes ? [1] : []) : [dim]))
  return x.graph.node({
    operation,
    inputs: [x, x.graph.integers(places)],
    type: 'float32',
    shape: kept,
    attributes: { keepdims: { kind: 'int', value: Number(keepAxes) } },
  })
}

/** Gradient of a broadcast operand: summed over the axes along which it was stretched. */
export function summedTo(gradient: Tensor, operand: Tensor): Tensor {
  const axes = stretchedAxes(operand.shape, gradient.shape)
  if (axes.length === 0) return gradient
  const sum = summed(gradient, axes, { keepAxes: true })
  return isSameShape(sum.shape, operand.shape) ? sum : reshapedAs(sum, operand)
}

/** Softmax along the last axis. */
export const softmaxed = (x: Tensor): Tensor =>
  x.graph.node({
    operation: 'Softmax',
    inputs: [x],
    type: 'float32',
    shape: x.shape,
    attributes: { axis: { kind: 'int', value: -1 } },
  })

export function joined(parts: readonly [Tensor, ...Tensor[]], axis: number): Tensor {
  const [first] = parts
  const place = axisOf('Concat', first.shape, axis)
  const length = parts.reduce((sum, part) => sum + lengthOf('Concat', part.shape, place), 0)
  const shape = first.shape.map((dim, at) => (at === place ? length : dim))
  const isFit = parts.every((part) => isSameShape(shape, part.shape.with(place, length)))
  if (!isFit) throw invalidShape('Concat', `${parts.map((part) => shapeText(part.shape)).join(' and ')} do not join`)
  const attributes = { axis: { kind: 'int', value: place } } as const
  return first.graph.node({ operation: 'Concat', inputs: parts, type: 'float32', shape, attributes })
}

/** Values `from` to `to`, exclusive, of an axis whose length is a number. */
export function sliced(x: Tensor, axis: number, from: number, to: number): Tensor {
  const place = axisOf('Slice', x.shape, axis)
  if (!(from >= 0 && from < to && to <= lengthOf('Slice', x.shape, place)))
    throw invalidShape('Slice', `axis ${axis} of ${shapeText(x.shape)} has no values ${from} to ${to}`)
  const { graph } = x
  const inputs = [x, graph.integers([from]), graph.integers([to]), graph.integers([place])]
  return graph.node({ operation: 'Slice', inputs, type: 'float32', shape: x.shape.with(place, to - from) })
}

/** Zeros before and after the values of an axis. */
export function padded(x: Tensor, axis: number, before: number, after: number): Tensor {
  const place = axisOf('Pad', x.shape, axis)
  const length = lengthOf('Pad', x.shape, place) + before + after
  const widths = [before, after].flatMap((width) => x.shape.map((_, at) => (at === place ? width : 0)))
  const inputs = [x, x.graph.integers(widths)]
  return x.graph.node({ operation: 'Pad', inputs, type: 'float32', shape: x.shape.with(place, length) })
}

/** Rows of a table by their numbers: [rows, ...row] by ids of any shape. */
export const rowsOf = (table: Tensor, ids: Tensor<'int64'>): Tensor =>
  table.graph.node({
    operation: 'Gather',
    inputs: [table, ids],
    type: 'float32',
    shape: [...ids.shape, ...table.shape.slice(1)],
    attributes: { axis: { kind: 'int', value: 0 } },
  })

/** A table with values added to its rows by their numbers; numbers that repeat add up. @param ids one axis */
export function rowsAdded(table: Tensor, ids: Tensor<'int64'>, values: Tensor): Tensor {
  const places = reshaped(ids, [...ids.shape, 1])
  return table.graph.node({
    operation: 'ScatterND',
    inputs: [table, places, values],
    type: 'float32',
    shape: table.shape,
    attributes: { reduction: { kind: 'text', value: 'add' } },
  })
}

/** Zeros in the shape of another tensor. */
export const zerosAs = (like: Tensor): Tensor => expandedAs(like.graph.scalar(0), like)

/** The first rows of a constant table, as many as an axis of another tensor has. */
export function firstRows(table: Tensor, like: AnyTensor, axis: number): Tensor {
  const { graph } = table
  const place = axisOf('Slice', like.shape, axis)
  const inputs = [table, graph.integers([0]), lengthAt(like, place), graph.integers([0])]
  const shape = [dimOf('Slice', like.shape, place), ...table.shape.slice(1)]
  return graph.node({ operation: 'Slice', inputs, type: 'float32', shape })
}

/** Length of an axis at run time, as a list of one. */
export const lengthAt = (x: AnyTensor, axis: number): Tensor<'int64'> =>
  x.graph.node({
    operation: 'Gather',
    inputs: [shapeOf(x), x.graph.integers([axis])],
    type: 'int64',
    shape: [1],
    attributes: { axis: { kind: 'int', value: 0 } },
  })

/** Square matrix with a value above its diagonal and 0 elsewhere, as wide as an axis of another tensor. */
export function strictUpperTriangle(like: AnyTensor, axis: number, value: number): Tensor {
  const { graph } = like
  const length = lengthAt(like, axis)
  const dim = dimOf('Trilu', like.shape, axis)
  const lengths = graph.node({
    operation: 'Concat',
    inputs: [length, length],
    type: 'int64',
    shape: [2],
    attributes: { axis: { kind: 'int', value: 0 } },
  })
  const inputs = [graph.scalar(value), lengths]
  const square = graph.node({ operation: 'Expand', inputs, type: 'float32', shape: [dim, dim] })
  return graph.node({
    operation: 'Trilu',
    inputs: [square, graph.constant('int64', [], BigInt64Array.of(1n))],
    type: 'float32',
    shape: [dim, dim],
    attributes: { upper: { kind: 'int', value: 1 } },
  })
}

/** One value of each row by its place: [N, V] by places [N, 1] gives [N, 1]. */
export const chosenAt = (x: Tensor, places: Tensor<'int64'>): Tensor =>
  x.graph.node({
    operation: 'GatherElements',
    inputs: [x, places],
    type: 'float32',
    shape: places.shape,
    attributes: { axis: { kind: 'int', value: -1 } },
  })

/** Axes of length 1 inserted at places of the result. */
export const unsqueezed = (x: Tensor, places: readonly number[], shape: Shape): Tensor =>
  x.graph.node({ operation: 'Unsqueeze', inputs: [x, x.graph.integers(places)], type: 'float32', shape })

/** Number of values along axes, as a scalar: a constant where all lengths are numbers. */
export function count(x: AnyTensor, axes: readonly number[]): Tensor {
  const dims = axes.map((axis) => dimOf('count', x.shape, axis))
  const size = sizeOf(dims)
  if (typeof size === 'number') return x.graph.scalar(size)
  const places = axes.map((axis) => axisOf('count', x.shape, axis))
  const lengths = x.graph.node({
    operation: 'Gather',
    inputs: [shapeOf(x), x.graph.integers(places)],
    type: 'int64',
    shape: [places.length],
    attributes: { axis: { kind: 'int', value: 0 } },
  })
  return reduction('ReduceProd', asFloat(lengths), [0], false)
}
