import type { AnyTensor, Attribute, Constant, ElementType, Graph, GraphNode } from './graph.ts'
import { ProtobufWriter } from './protobuf.ts'
import type { Dim } from './shape.ts'

/** Version of the ONNX operator set that operations are written for. */
export const OPERATOR_SET = 21
const IR_VERSION = 10

/** Numbers of `TensorProto.DataType`. */
const DATA_TYPES: Readonly<Record<ElementType, number>> = { float32: 1, int64: 7, bool: 9 }

/** Graph as the bytes of an ONNX `ModelProto`. */
export function encodeGraph(graph: Graph): Uint8Array {
  const model = new ProtobufWriter()
  model.int(1, IR_VERSION)
  model.text(2, 'stepgym')
  model.message(7, graphProto(graph))
  const operators = new ProtobufWriter()
  operators.text(1, '')
  operators.int(2, OPERATOR_SET)
  model.message(8, operators)
  return model.finish()
}

function graphProto(graph: Graph): ProtobufWriter {
  const proto = new ProtobufWriter()
  const used = namesUsed(graph)
  for (const node of graph.nodes) if (used.has(node.output)) proto.message(1, nodeProto(node))
  proto.text(2, 'graph')
  for (const constant of graph.constants) if (used.has(constant.tensor.name)) proto.message(5, tensorProto(constant))
  for (const input of graph.inputs) proto.message(11, valueProto(input))
  for (const output of graph.outputs) proto.message(12, valueProto(output))
  return proto
}

/** Names of tensors that an output depends on: the reverse pass may leave gradients that are not used. */
function namesUsed({ nodes, outputs }: Graph): ReadonlySet<string> {
  const used = new Set(outputs.map(({ name }) => name))
  for (const { inputs, output } of nodes.toReversed()) {
    if (used.has(output)) for (const name of inputs) used.add(name)
  }
  return used
}

function nodeProto({ operation, inputs, output, attributes }: GraphNode): ProtobufWriter {
  const proto = new ProtobufWriter()
  for (const input of inputs) proto.text(1, input)
  proto.text(2, output)
  proto.text(3, `node ${output}`)
  proto.text(4, operation)
  for (const [name, value] of Object.entries(attributes)) proto.message(5, attributeProto(name, value))
  return proto
}

function attributeProto(name: string, attribute: Attribute): ProtobufWriter {
  const proto = new ProtobufWriter()
  proto.text(1, name)
  if (attribute.kind === 'float') proto.float32(2, attribute.value)
  if (attribute.kind === 'int') proto.int(3, attribute.value)
  if (attribute.kind === 'text') proto.text(4, attribute.value)
  if (attribute.kind === 'ints') for (const value of attribute.value) proto.int(8, value)
  proto.int(20, ATTRIBUTE_TYPES[attribute.kind])
  return proto
}

/** Numbers of `AttributeProto.AttributeType`. */
const ATTRIBUTE_TYPES: Readonly<Record<Attribute['kind'], number>> = { float: 1, int: 2, text: 3, ints: 7 }

function tensorProto({ tensor, data }: Constant): ProtobufWriter {
  const proto = new ProtobufWriter()
  for (const dim of tensor.shape) proto.int(1, Number(dim))
  proto.int(2, DATA_TYPES[tensor.type])
  proto.text(8, tensor.name)
  proto.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  return proto
}

function valueProto({ name, type, shape }: AnyTensor): ProtobufWriter {
  const tensorType = new ProtobufWriter()
  tensorType.int(1, DATA_TYPES[type])
  const dims = new ProtobufWriter()
  for (const dim of shape) dims.message(1, dimProto(dim))
  tensorType.message(2, dims)
  const typeProto = new ProtobufWriter()
  typeProto.message(1, tensorType)
  const proto = new ProtobufWriter()
  proto.text(1, name)
  proto.message(2, typeProto)
  return proto
}

function dimProto(dim: Dim): ProtobufWriter {
  const proto = new ProtobufWriter()
  if (typeof dim === 'number') proto.int(1, dim)
  else proto.text(2, dim)
  return proto
}
