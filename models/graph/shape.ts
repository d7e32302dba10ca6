import { GymError } from '../../core/data/errors.ts'

/** Length of an axis: a number, or a name where it is known only at run time; `B*T` is the product of two names. */
export type Dim = number | string

/** Lengths of all axes, outermost first; empty for a scalar. */
export type Shape = readonly Dim[]

export const shapeText = (shape: Shape): string => `[${shape.join(', ')}]`

export const isSameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((dim, axis) => dim === b[axis])

/**
 * Shape of an elementwise operation, as NumPy broadcasts: axes align from the last, and 1 stretches. Axes of other
 * names never match, since nothing says that they are equal.
 * @throws GymError MODEL_INVALID
 */
export function broadcast(operation: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, axis) => {
    const left = dimFromLast(a, rank - axis)
    const right = dimFromLast(b, rank - axis)
    if (left === right || right === 1) return left
    if (left === 1) return right
    throw invalidShape(operation, `shapes ${shapeText(a)} and ${shapeText(b)} do not broadcast`)
  })
}

/** Axes of the broadcast shape along which `shape` was stretched: a gradient is summed over them. */
export function stretchedAxes(shape: Shape, to: Shape): readonly number[] {
  return to.flatMap((dim, axis) => {
    const own = dimFromLast(shape, to.length - axis)
    return to.length - axis > shape.length || own !== dim ? [axis] : []
  })
}

const dimFromLast = (shape: Shape, place: number): Dim => shape[shape.length - place] ?? 1

/** Axis as a place from 0; negative ones count from the last. @throws GymError MODEL_INVALID */
export function axisOf(operation: string, shape: Shape, axis: number): number {
  const place = axis < 0 ? axis + shape.length : axis
  if (Number.isInteger(place) && place >= 0 && place < shape.length) return place
  throw invalidShape(operation, `shape ${shapeText(shape)} has no axis ${axis}`)
}

/** Length of an axis, negative ones counted from the last. @throws GymError MODEL_INVALID */
export function dimOf(operation: string, shape: Shape, axis: number): Dim {
  return shape[axisOf(operation, shape, axis)] ?? 1
}

/** Length of an axis that must be known when the graph is built. @throws GymError MODEL_INVALID */
export function lengthOf(operation: string, shape: Shape, axis: number): number {
  const dim = dimOf(operation, shape, axis)
  if (typeof dim === 'number') return dim
  throw invalidShape(operation, `the length of axis ${axis} of ${shapeText(shape)} must be a number`)
}

/** Number of elements as one axis: a number where all are, else the product with its names in order. */
export function sizeOf(shape: Shape): Dim {
  const factor = shape.reduce<number>((product, dim) => (typeof dim === 'number' ? product * dim : product), 1)
  const names = shape.flatMap((dim) => (typeof dim === 'string' ? dim.split('*') : []))
  const { number, rest } = withoutNumbers(names, factor)
  if (rest.length === 0) return number
  return number === 1 ? rest.join('*') : [number, ...rest].join('*')
}

/** Names in order, with the numbers among them multiplied into one factor. */
function withoutNumbers(names: readonly string[], factor: number): { number: number; rest: readonly string[] } {
  const rest = names.filter((name) => !/^\d+$/.test(name)).sort()
  const number = names.filter((name) => /^\d+$/.test(name)).reduce((product, name) => product * Number(name), factor)
  return { number, rest }
}

export const invalidShape = (operation: string, problem: string): GymError =>
  new GymError('MODEL_INVALID', `graph: ${operation}: ${problem}`)
