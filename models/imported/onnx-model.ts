import { GymError } from '../../core/data/errors.ts'
import { fieldsOf, integersOf, type ProtobufField, textOf } from '../graph/protobuf-reader.ts'

/*
 * ONNX models as they are in files (onnx.proto of github.com/onnx/onnx, IR version 10): what is needed to change inputs
 * and outputs, and the bytes of everything else as they were.
 */

/** Length of an axis: a number, a name, or null where the model says neither. */
export type ModelDim = number | string | null

/** Input or output of a graph. */
export interface ModelValue {
  readonly name: string
  /** Number of `TensorProto.DataType`; 0 where the model does not say. */
  readonly type: number
  /** Null where the model does not say. */
  readonly shape: readonly ModelDim[] | null
  readonly raw: Uint8Array
}

/** Node of a graph. */
export interface ModelNode {
  readonly operation: string
  readonly domain: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly content: Uint8Array
  readonly raw: Uint8Array
}

/** Values that a model holds, or that a file beside it holds. */
export interface ModelTensor {
  readonly name: string
  readonly type: number
  readonly dims: readonly number[]
  /** Bytes of values inside the model, by the fields that may hold them. */
  readonly held: { readonly raw: number | null; readonly typed: number; readonly texts: number }
  readonly external: ExternalData | null
}

/** Place of a tensor's values in another file. */
export interface ExternalData {
  /** Path relative to the model's folder, as the model writes it. */
  readonly location: string
  readonly offset: number
  /** Bytes; null for all after `offset`. */
  readonly length: number | null
}

/** Graph of a model. */
export interface ModelGraph {
  readonly nodes: readonly ModelNode[]
  /** Names of its constants. */
  readonly initializers: readonly { readonly name: string; readonly raw: Uint8Array }[]
  /** Inputs without a value of their own. */
  readonly inputs: readonly ModelValue[]
  readonly outputs: readonly ModelValue[]
  /** Every other field, as it was, shapes of values within aside. */
  readonly rest: readonly Uint8Array[]
}

/** Model of a file. */
export interface OnnxModel {
  /** Version of the operators of ONNX itself. */
  readonly operatorSet: number
  readonly graph: ModelGraph
  /** Every field beside the graph, as it was. */
  readonly rest: readonly Uint8Array[]
}

/** Information about training, which no scorer needs: it holds graphs of its own. */
const TRAINING_INFO = 20
/** Graphs within each other, at most. */
const DEEPEST = 16
/** Fields of a model at all depths, at most: what is read of it takes memory for each. 80 layers have about 400,000. */
const MOST_FIELDS = 2 ** 20
/** Axes of a tensor, at most. */
const MOST_AXES = 64

/** Reads a model. @throws GymError MODEL_INVALID for a file that is truncated or hostile. */
export function readOnnxModel(file: Uint8Array): OnnxModel {
  expectFields(file)
  const fields = [...fieldsOf(file)].filter(({ number }) => number !== TRAINING_INFO)
  const graphs = fields.filter(({ number }) => number === 7)
  const [graph] = graphs
  if (graph === undefined || graphs.length > 1) throw invalid(`it has ${graphs.length} graphs, not one`)
  const sets = fields.filter(({ number }) => number === 8).map(operatorSetOf)
  const own = sets.find(({ domain }) => domain === '' || domain === 'ai.onnx')
  if (own === undefined) throw invalid('it does not name the version of its operators')
  const rest = fields.filter((field) => field !== graph).map(({ raw }) => raw)
  return { operatorSet: own.version, graph: graphOf(graph.bytes), rest }
}

function operatorSetOf({ bytes }: ProtobufField): { readonly domain: string; readonly version: number } {
  const fields = [...fieldsOf(bytes)]
  return { domain: textAt(fields, 1), version: countOf(integerAt(fields, 2)) }
}

function graphOf(content: Uint8Array): ModelGraph {
  const fields = [...fieldsOf(content)]
  const at = (number: number): readonly ProtobufField[] => fields.filter((field) => field.number === number)
  const initializers = at(5).map(({ bytes, raw }) => ({ name: textAt([...fieldsOf(bytes)], 8), raw }))
  const constants = new Set(initializers.map(({ name }) => name))
  return {
    nodes: at(1).map(nodeOf),
    initializers,
    inputs: at(11)
      .map(modelValueOf)
      .filter(({ name }) => !constants.has(name)),
    outputs: at(12).map(modelValueOf),
    rest: fields.filter(({ number }) => !OWN.includes(number)).map(({ raw }) => raw),
  }
}

/** Fields of a graph that are read, and what it says of values within (13), which is no longer true once they change. */
const OWN = [1, 5, 11, 12, 13]

function nodeOf({ bytes, raw }: ProtobufField): ModelNode {
  const fields = [...fieldsOf(bytes)]
  return {
    operation: textAt(fields, 4),
    domain: textAt(fields, 7),
    inputs: fields.filter(({ number }) => number === 1).map(textOf),
    outputs: fields.filter(({ number }) => number === 2).map(textOf),
    content: bytes,
    raw,
  }
}

/** `ValueInfoProto`: its type is a tensor's, or left open. */
function modelValueOf({ bytes, raw }: ProtobufField): ModelValue {
  const fields = [...fieldsOf(bytes)]
  const type = within(within(fields, 2), 1)
  const shape = type.find(({ number }) => number === 2)
  const dims = shape && [...fieldsOf(shape.bytes)].filter(({ number }) => number === 1).map(dimOf)
  return { name: textAt(fields, 1), type: countOf(integerAt(type, 1)), shape: dims ?? null, raw }
}

function dimOf({ bytes }: ProtobufField): ModelDim {
  const fields = [...fieldsOf(bytes)]
  const length = fields.find(({ number }) => number === 1)
  if (length !== undefined) return countOf(length.integer)
  return textAt(fields, 2) || null
}

/** Messages that are read, at any depth: what each of their fields is. */
const PARTS: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  model: { 7: 'graph', 8: 'operators', 25: 'function' },
  graph: { 1: 'node', 5: 'tensor', 11: 'value', 12: 'value', 15: 'sparse' },
  function: { 7: 'node', 11: 'attribute' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  tensor: { 13: 'pair' },
  value: { 2: 'type' },
  type: { 1: 'tensor type' },
  'tensor type': { 2: 'shape' },
  shape: { 1: 'dim' },
}
/** Parts that hold tensors. */
const HOLDERS = new Set(['graph', 'function', 'node', 'attribute', 'sparse'])

/** Counts fields before any of them is kept. @throws GymError MODEL_INVALID for more than `left`; else how many are left */
function expectFields(message: Uint8Array, kind = 'model', depth = 0, left = MOST_FIELDS): number {
  if (depth > DEEPEST * 3) throw tooDeep()
  let rest = left
  for (const field of fieldsOf(message)) {
    if (--rest < 0) throw invalid(`it has more than ${MOST_FIELDS.toLocaleString('en-US')} fields`)
    const part = PARTS[kind]?.[field.number]
    if (part !== undefined) rest = expectFields(field.bytes, part, depth + 1, rest)
  }
  return rest
}

/** Every tensor of a model: constants, attributes, and those of graphs within graphs. @throws GymError MODEL_INVALID */
export function* tensorsIn(message: Uint8Array, kind = 'model', depth = 0): Generator<ModelTensor> {
  if (depth > DEEPEST * 3) throw tooDeep()
  for (const { number, bytes } of fieldsOf(message)) {
    const held = PARTS[kind]?.[number]
    if (held === 'tensor') yield tensorOf(bytes)
    else if (held !== undefined && HOLDERS.has(held)) yield* tensorsIn(bytes, held, depth + 1)
  }
}

/** Names that a node reads, those that graphs in its attributes take from outside included. */
export function* namesRead(node: Uint8Array, kind = 'node', depth = 0): Generator<string> {
  if (depth > DEEPEST * 3) throw tooDeep()
  for (const field of fieldsOf(node)) {
    const held = PARTS[kind]?.[field.number]
    if (kind === 'node' && field.number === 1) yield textOf(field)
    // The results of a graph within may be values from outside.
    else if (kind === 'graph' && field.number === 12) yield textAt([...fieldsOf(field.bytes)], 1)
    else if (held !== undefined && HOLDERS.has(held)) yield* namesRead(field.bytes, held, depth + 1)
  }
}

/** Fields of `TensorProto` that hold values one by one: floats, 32-bit and 64-bit integers, doubles, unsigned ones. */
const TYPED = new Set([4, 5, 7, 10, 11])

function tensorOf(message: Uint8Array): ModelTensor {
  // A field of raw values may be the largest part of the file: it is seen, not copied.
  const fields = [...fieldsOf(message)]
  const raw = fields.findLast(({ number }) => number === 9)
  const typed = fields.filter(({ number }) => TYPED.has(number))
  const isExternal = integerAt(fields, 14) === 1n
  return {
    name: textAt(fields, 8),
    type: countOf(integerAt(fields, 2)),
    dims: dimsOf(fields),
    held: {
      raw: raw === undefined ? null : raw.bytes.length,
      typed: typed.reduce((sum, { bytes }) => sum + bytes.length, 0),
      texts: fields.filter(({ number }) => number === 6).length,
    },
    external: isExternal ? externalOf(fields) : null,
  }
}

/** Lengths of the axes, whether each has a field of its own or all are packed into one. */
function dimsOf(fields: readonly ProtobufField[]): readonly number[] {
  const dims: number[] = []
  for (const field of fields.filter(({ number }) => number === 1))
    for (const length of integersOf(field)) {
      if (dims.length === MOST_AXES) throw invalid(`a tensor has more than ${MOST_AXES} axes`)
      dims.push(countOf(length))
    }
  return dims
}

function externalOf(fields: readonly ProtobufField[]): ExternalData {
  const entries = fields
    .filter(({ number }) => number === 13)
    .map(({ bytes }) => {
      const pair = [...fieldsOf(bytes)]
      return [textAt(pair, 1), textAt(pair, 2)] as const
    })
  const places = new Map(entries)
  const location = places.get('location')
  if (location === undefined || places.size !== entries.length)
    throw invalid('a tensor in another file has no location, or two')
  const length = places.get('length')
  return {
    location,
    offset: wholeOf(places.get('offset') ?? '0'),
    length: length === undefined ? null : wholeOf(length),
  }
}

function wholeOf(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw invalid('a tensor in another file has an offset or length that is not a whole number')
}

const within = (fields: readonly ProtobufField[], number: number): readonly ProtobufField[] => {
  const field = fields.findLast((each) => each.number === number)
  return field === undefined ? [] : [...fieldsOf(field.bytes)]
}

function textAt(fields: readonly ProtobufField[], number: number): string {
  const field = fields.findLast((each) => each.number === number)
  return field === undefined ? '' : textOf(field)
}

const integerAt = (fields: readonly ProtobufField[], number: number): bigint =>
  fields.findLast((each) => each.number === number)?.integer ?? 0n

function countOf(value: bigint): number {
  if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value)
  throw invalid(`a length or type is ${BigInt.asIntN(64, value)}`)
}

const tooDeep = (): GymError => invalid(`its graphs are nested more than ${DEEPEST} deep`)

const invalid = (problem: string): GymError => new GymError('MODEL_INVALID', problem)
