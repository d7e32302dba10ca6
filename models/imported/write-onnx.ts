import { ProtobufWriter } from '../graph/protobuf.ts'
import type { ModelDim } from './onnx-model.ts'

/*
 * Parts of ONNX models (onnx.proto of github.com/onnx/onnx) that are added to a model of a file.
 */

/** Numbers of `TensorProto.DataType`. */
export const ELEMENT = { float32: 1, int64: 7, bool: 9, float16: 10, double: 11, bfloat16: 16 } as const

/** Attribute of an added node: an integer, integers, or a tensor. */
export type AddedAttribute = number | readonly number[] | ProtobufWriter

/** `NodeProto` of an operation of ONNX itself. */
export function newNode(
  operation: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, AddedAttribute>> = {},
): ProtobufWriter {
  const proto = new ProtobufWriter()
  for (const input of inputs) proto.text(1, input)
  proto.text(2, output)
  proto.text(3, output)
  proto.text(4, operation)
  for (const [name, value] of Object.entries(attributes)) proto.message(5, newAttribute(name, value))
  return proto
}

/** Numbers of `AttributeProto.AttributeType`. */
const ATTRIBUTE = { integer: 2, tensor: 4, integers: 7 } as const

function newAttribute(name: string, value: AddedAttribute): ProtobufWriter {
  const proto = new ProtobufWriter()
  proto.text(1, name)
  if (typeof value === 'number') proto.int(3, value)
  else if (value instanceof ProtobufWriter) proto.message(5, value)
  else for (const each of value) proto.int(8, each)
  const type = typeof value === 'number' ? 'integer' : value instanceof ProtobufWriter ? 'tensor' : 'integers'
  proto.int(20, ATTRIBUTE[type])
  return proto
}

/** `TensorProto` of integers, one axis; a constant of the graph where it has a name. */
export function newIntegers(values: readonly number[], name = ''): ProtobufWriter {
  return newTensor(ELEMENT.int64, [values.length], new Uint8Array(BigInt64Array.from(values, BigInt).buffer), name)
}

/** `TensorProto` of any type. @param data values, little-endian */
export function newTensor(type: number, dims: readonly number[], data: Uint8Array, name = ''): ProtobufWriter {
  const proto = new ProtobufWriter()
  for (const dim of dims) proto.int(1, dim)
  proto.int(2, type)
  if (name !== '') proto.text(8, name)
  proto.bytes(9, data)
  return proto
}

/** `ValueInfoProto` of a tensor. */
export function newValue(name: string, type: number, shape: readonly ModelDim[]): ProtobufWriter {
  const dims = new ProtobufWriter()
  for (const dim of shape) {
    const proto = new ProtobufWriter()
    if (typeof dim === 'number') proto.int(1, dim)
    if (typeof dim === 'string') proto.text(2, dim)
    dims.message(1, proto)
  }
  const [tensor, holder, value] = [new ProtobufWriter(), new ProtobufWriter(), new ProtobufWriter()]
  tensor.int(1, type)
  tensor.message(2, dims)
  holder.message(1, tensor)
  value.text(1, name)
  value.message(2, holder)
  return value
}
