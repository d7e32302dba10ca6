import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeGraph } from '../../../models/graph/encode.ts'
import { Graph } from '../../../models/graph/graph.ts'
import { chosenAt, product, reshaped, transposed } from '../../../models/graph/nodes.ts'
import { add, concatenate, matMul, slice, sum } from '../../../models/graph/operations.ts'
import { ProtobufWriter } from '../../../models/graph/protobuf.ts'
import { broadcast, sizeOf } from '../../../models/graph/shape.ts'
import { evaluator } from '../../support/onnx.ts'

const graph = new Graph()
const input = (name: string, shape: readonly (number | string)[]) => graph.input(name, 'float32', shape)

describe('a graph refuses when it is built', () => {
  const [a, b, named] = [input('a', [2, 3]), input('b', [4]), input('named', ['B', 3])]
  it.each([
    ['shapes that do not broadcast', () => add(a, b), 'Add: shapes [2, 3] and [4] do not broadcast'],
    ['lengths of which nothing says that they are equal', () => add(a, named), 'shapes [2, 3] and [B, 3]'],
    ['matrices that do not multiply', () => matMul(a, a), 'MatMul: shapes [2, 3] and [2, 3] do not multiply'],
    ['a vector as a matrix', () => product(a, b), 'MatMul: shape [4] has no axis -2'],
    ['an axis that is not there', () => sum(a, [2]), 'ReduceSum: shape [2, 3] has no axis 2'],
    ['another number of values', () => reshaped(a, [5]), '[2, 3] has another number of values than [5]'],
    ['an order that misses an axis', () => transposed(a, [0, 0]), '0,0 does not order the axes of [2, 3]'],
    ['values beyond an axis', () => slice(a, 1, 2, 4), 'axis 1 of [2, 3] has no values 2 to 4'],
    ['parts that do not join', () => concatenate([a, input('c', [3, 3])], 1), '[2, 3] and [3, 3] do not join'],
    ['a constant of another size', () => graph.constant('float32', [2], Float32Array.of(1)), 'has 1 values'],
    ['two inputs of one name', () => input('a', [1]), 'two tensors are called a'],
    ['a tensor of another graph', () => add(a, new Graph().input('a', 'float32', [2, 3])), 'belongs to another graph'],
  ])('%s', (_, build, message) => {
    expect(build).toThrow(expect.objectContaining({ code: 'MODEL_INVALID', message: expect.stringContaining(message) }))
  })
})

describe('shapes', () => {
  it('broadcast as NumPy does', () => {
    expect(broadcast('Add', ['B', 1, 3], [4, 1])).toEqual(['B', 4, 3])
    expect(broadcast('Add', [], [2])).toEqual([2])
  })

  it('count their values, with the names of unknown lengths in order', () => {
    expect(sizeOf([2, 3])).toBe(6)
    expect(sizeOf(['T', 'B', 4])).toBe('4*B*T')
    expect(sizeOf(['B*T', 4])).toBe(sizeOf(['T', 4, 'B']))
    expect(sizeOf([])).toBe(1)
  })
})

describe('an encoded graph', () => {
  it('computes what its operations say, and leaves out what no output needs', async () => {
    const small = new Graph()
    const x = small.input('x', 'float32', ['N', 2])
    const places = small.constant('int64', [2, 1], BigInt64Array.of(1n, 0n))
    small.output('chosen', chosenAt(add(x, small.scalar(0.5)), places))
    const before = encodeGraph(small).length
    add(x, small.scalar(9))
    expect(encodeGraph(small).length).toBe(before)
    const run = await evaluator(small)
    const { chosen = [] } = await run({ x: { data: Float32Array.of(1, 2, 3, 4), dims: [2, 2] } })
    expect([...chosen]).toEqual([2.5, 3.5])
  })
})

describe('the Protocol Buffers writer', () => {
  it('writes integers that a plain reader reads back', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.integer({ min: 1, max: 2 ** 20 }),
        (value, field) => {
          const writer = new ProtobufWriter()
          writer.int(field, value)
          const [tag, at] = readVarint(writer.finish(), 0)
          const [number] = readVarint(writer.finish(), at)
          expect([Number(tag >> 3n), Number(tag & 7n), BigInt.asIntN(64, number)]).toEqual([field, 0, value])
        },
      ),
    )
  })

  it('writes bytes and messages with their length before them', () => {
    const inner = new ProtobufWriter()
    inner.text(2, 'é')
    const outer = new ProtobufWriter()
    outer.message(1, inner)
    outer.float32(3, 1)
    expect([...outer.finish()]).toEqual([0x0a, 4, 0x12, 2, 0xc3, 0xa9, 0x1d, 0, 0, 0x80, 0x3f])
  })
})

function readVarint(bytes: Uint8Array, from: number): readonly [bigint, number] {
  let value = 0n
  for (let at = from; ; at++) {
    const byte = bytes[at] ?? 0
    value |= BigInt(byte & 0x7f) << BigInt(7 * (at - from))
    if (byte < 0x80) return [value, at + 1]
  }
}
