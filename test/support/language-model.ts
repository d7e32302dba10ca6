import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { encodeGraph } from '../../models/graph/encode.ts'
import { Graph, type Tensor } from '../../models/graph/graph.ts'
import { add, matMul, multiply, scale, sum, transpose } from '../../models/graph/operations.ts'
import { ProtobufWriter } from '../../models/graph/protobuf.ts'
import { fieldsOf, textOf } from '../../models/graph/protobuf-reader.ts'
import { newNode, newValue } from '../../models/imported/write-onnx.ts'
import { type DecoderConfig, decoderHidden } from '../../models/networks/decoder.ts'
import type { WeightTensor } from '../../models/networks/network.ts'
import type { Weights } from '../../models/weights/weights.ts'
import { newFolder } from './folder.ts'

/** How logits are made of hidden states. */
export type LogitsOf = (hidden: Tensor, vocabulary: Tensor) => Tensor

/** The usual head: a product with a matrix [width, V]. */
export const productHead: LogitsOf = (hidden, vocabulary) => matMul(hidden, vocabulary)

/** A head behind which nothing can be left out: the mean of all positions, times 0, is added. */
export const mixedHead: LogitsOf = (hidden, vocabulary) => {
  const logits = matMul(hidden, vocabulary)
  return add(logits, scale(sum(logits, [1], { keepAxes: true }), 0))
}

/** A model that looks at all tokens. */
export const lookingAhead: LogitsOf = (hidden, vocabulary) => {
  const logits = matMul(hidden, vocabulary)
  return add(logits, scale(sum(multiply(logits, logits), [1], { keepAxes: true }), 0.1))
}

/** A decoder as an export of a Hugging Face model: inputs as there, weights as constants, and logits. */
export function exportedDecoder(config: DecoderConfig, weights: Weights, head: LogitsOf = productHead): Uint8Array {
  const graph = new Graph()
  const ids = graph.input('input_ids', 'int64', ['B', 'T'])
  for (const name of ['attention_mask', 'position_ids']) graph.input(name, 'int64', ['B', 'T'])
  const weight: WeightTensor = (name) => {
    const { shape, data } = weights[name] ?? { shape: [0], data: new Float32Array() }
    return graph.constant('float32', shape, data)
  }
  graph.output('logits', head(decoderHidden(config, weight, ids), transpose(weight('embedding'), [1, 0])))
  return encodeGraph(graph)
}

/** Field of a graph: what takes its place, as encoded fields of the graph. */
export type Edit = (number: number, bytes: Uint8Array) => readonly ProtobufWriter[] | null

/** A model with other fields in its graph. @param more fields that are added to the graph */
export function editedModel(model: Uint8Array, edit: Edit, more?: ProtobufWriter, operatorSet?: number): Uint8Array {
  const whole = new ProtobufWriter()
  for (const field of fieldsOf(model)) {
    if (field.number === 8 && operatorSet !== undefined) {
      const set = new ProtobufWriter()
      set.text(1, '')
      set.int(2, operatorSet)
      whole.message(8, set)
    } else if (field.number !== 7) whole.encoded(field.raw)
    else {
      const graph = new ProtobufWriter()
      for (const each of fieldsOf(field.bytes)) {
        const edited = edit(each.number, each.bytes)
        if (edited === null) graph.encoded(each.raw)
        else for (const part of edited) graph.encoded(part.finish())
      }
      if (more !== undefined) graph.encoded(more.finish())
      whole.message(7, graph)
    }
  }
  return whole.finish()
}

/** One field that holds a message. */
export function fieldWith(number: number, message: ProtobufWriter): ProtobufWriter {
  const field = new ProtobufWriter()
  field.message(number, message)
  return field
}

/** The model whose logits have another name, so that further nodes can make `logits` of them. */
export function withRenamedLogits(model: Uint8Array, name: string): Uint8Array {
  return editedModel(model, (number, bytes) => {
    if (number !== 1) return null
    const node = new ProtobufWriter()
    for (const field of fieldsOf(bytes))
      if (field.number === 2 && textOf(field) === 'logits') node.text(2, name)
      else node.encoded(field.raw)
    return [fieldWith(1, node)]
  })
}

/** The model with float16 logits, as half-precision exports have them. */
export const withHalfLogits = (model: Uint8Array): Uint8Array =>
  editedModel(
    withRenamedLogits(model, 'wide logits'),
    (number) => (number === 12 ? [fieldWith(12, newValue('logits', 10, ['B', 'T', null]))] : null),
    fieldWith(1, newNode('Cast', ['wide logits'], 'logits', { to: 10 })),
  )

/** Where a constant goes in a file beside the model; null keeps it. */
export type Placed = { readonly location: string; readonly offset: number; readonly length: number }

/** The model with its weights of more than 16 values in another file, and that file. */
export function withExternalData(
  model: Uint8Array,
  change: (placed: Placed) => Placed = (placed) => placed,
): { readonly model: Uint8Array; readonly data: Uint8Array } {
  const parts: Uint8Array[] = []
  let offset = 0
  const external = editedModel(model, (number, bytes) => {
    if (number !== 5) return null
    const values = [...fieldsOf(bytes)].find((field) => field.number === 9)?.bytes ?? new Uint8Array()
    if (values.length <= 64) return null
    const tensor = new ProtobufWriter()
    for (const { number: at, raw } of fieldsOf(bytes)) if (at !== 9) tensor.encoded(raw)
    for (const [key, value] of Object.entries(change({ location: 'model.onnx_data', offset, length: values.length }))) {
      const entry = new ProtobufWriter()
      entry.text(1, key)
      entry.text(2, String(value))
      tensor.message(13, entry)
    }
    tensor.int(14, 1)
    parts.push(values)
    offset += values.length
    return [fieldWith(5, tensor)]
  })
  return { model: external, data: Buffer.concat(parts) }
}

/** Names of the operations of a model, in order. */
export function operationsOf(model: Uint8Array): readonly string[] {
  const graph = [...fieldsOf(model)].find(({ number }) => number === 7)?.bytes ?? new Uint8Array()
  const nodes = [...fieldsOf(graph)].filter(({ number }) => number === 1)
  return nodes.flatMap(({ bytes }) => [...fieldsOf(bytes)].filter(({ number }) => number === 4).map(textOf))
}

/** A folder with these files. */
export function folderWith(files: Readonly<Record<string, Uint8Array | string>>): string {
  const folder = newFolder()
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}
