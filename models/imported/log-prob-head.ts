import { ProtobufWriter } from '../graph/protobuf.ts'
import { fieldsOf } from '../graph/protobuf-reader.ts'
import type { CausalModel, PastInput } from './causal-model.ts'
import { vocabularyProduct } from './head-input.ts'
import { type ModelGraph, type ModelNode, namesRead, type OnnxModel } from './onnx-model.ts'
import { ELEMENT, newIntegers, newNode, newTensor, newValue } from './write-onnx.ts'

/** Names of the inputs and the output that are added to a model. */
export const TARGETS = 'stepgym/targets'
export const FIRST = 'stepgym/first'
export const LOG_PROBS = 'log_probs'

/**
 * Model of logits, [B, T, V], as one of log-probabilities, [B, T - first]: the logit of each target minus the
 * ReduceLogSumExp of its row, in float32. Positions before `first` are left out before the product with the vocabulary
 * where the model allows it, so that a long prompt costs no logits. Nodes, constants and results that nothing needs are
 * dropped, and a cache of keys and values becomes one of length 0.
 *
 * Added inputs: `stepgym/targets`, int64 [B, T - first, 1], the token after each position; `stepgym/first`, int64 [1].
 */
export function withLogProbHead(model: OnnxModel, causal: CausalModel): Uint8Array {
  const { graph, operatorSet } = model
  const used = namesUsed(graph, causal.logits.name)
  const proto = new ProtobufWriter()
  for (const [name, values] of Object.entries(INTEGERS)) proto.message(5, newIntegers(values, name))
  for (const { name, raw } of graph.initializers) if (used.has(name)) proto.encoded(raw)
  for (const node of causal.past.filter(({ name }) => used.has(name)).flatMap(emptyCache)) proto.message(1, node)
  const source = writeNodes(proto, graph, causal.logits.name, used)
  for (const node of headNodes(source, operatorSet)) proto.message(1, node)
  for (const { raw } of causal.inputs) proto.encoded(raw)
  proto.message(11, newValue(TARGETS, ELEMENT.int64, [null, null, 1]))
  proto.message(11, newValue(FIRST, ELEMENT.int64, [1]))
  proto.message(12, newValue(LOG_PROBS, ELEMENT.float32, [null, null]))
  for (const raw of graph.rest) proto.encoded(raw)
  const whole = new ProtobufWriter()
  for (const raw of model.rest) whole.encoded(raw)
  whole.message(7, proto)
  return whole.finish()
}

/** Names that a value depends on. */
function namesUsed({ nodes }: ModelGraph, value: string): ReadonlySet<string> {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)))
  const used = new Set<string>()
  const open = [value]
  for (const name of open) {
    if (used.has(name)) continue
    used.add(name)
    const maker = makers.get(name)
    if (maker !== undefined) for (const read of namesRead(maker.content)) open.push(read)
  }
  return used
}

/** Constants that added nodes read, by name. */
const INTEGERS = {
  'stepgym/0': [0],
  'stepgym/1': [1],
  'stepgym/-1': [-1],
  'stepgym/end': [Number.MAX_SAFE_INTEGER],
  'stepgym/as they are': [0, 0],
} as const
type IntegersName = keyof typeof INTEGERS

/** Inputs of an added node: names of the model's values, and of constants above. */
const inputsOf = (first: string, ...constants: readonly IntegersName[]): readonly string[] => [first, ...constants]

const KEPT = 'stepgym/kept positions'

/**
 * Writes the nodes that logits need, with the positions before `first` left out.
 * @returns name of the logits that are left
 */
function writeNodes(proto: ProtobufWriter, graph: ModelGraph, logits: string, used: ReadonlySet<string>): string {
  const product = vocabularyProduct(graph, logits)
  for (const node of graph.nodes.filter(({ outputs }) => outputs.some((name) => used.has(name)))) {
    if (node !== product?.node) proto.encoded(node.raw)
    else {
      proto.message(1, keptPositions(product.hidden))
      proto.bytes(1, readingFirst(node, KEPT))
    }
  }
  if (product !== null) return logits
  proto.message(1, keptPositions(logits))
  return KEPT
}

const keptPositions = (name: string): ProtobufWriter =>
  newNode('Slice', [name, FIRST, ...inputsOf('stepgym/end', 'stepgym/1')], KEPT)

/** A node whose first input is another. */
function readingFirst({ content }: ModelNode, name: string): Uint8Array {
  const proto = new ProtobufWriter()
  let isFirst = true
  for (const { number, raw } of fieldsOf(content)) {
    if (number !== 1 || !isFirst) proto.encoded(raw)
    else {
      proto.text(1, name)
      isFirst = false
    }
  }
  return proto.finish()
}

/** Version of ONNX's operators since which the axes of a reduction are an input, not an attribute. */
const AXES_ARE_INPUTS = 18

function headNodes(logits: string, operatorSet: number): readonly ProtobufWriter[] {
  const [rows, chosen, sums, difference] = [
    'stepgym/rows',
    'stepgym/chosen',
    'stepgym/sums',
    'stepgym/difference',
  ] as const
  return [
    newNode('Cast', [logits], rows, { to: ELEMENT.float32 }),
    newNode('GatherElements', [rows, TARGETS], chosen, { axis: -1 }),
    operatorSet >= AXES_ARE_INPUTS
      ? newNode('ReduceLogSumExp', inputsOf(rows, 'stepgym/-1'), sums)
      : newNode('ReduceLogSumExp', [rows], sums, { axes: [-1] }),
    newNode('Sub', [chosen, sums], difference),
    newNode('Reshape', inputsOf(difference, 'stepgym/as they are'), LOG_PROBS),
  ]
}

/** Nodes that make an input of keys or values: [batch, heads, 0, width]. */
function emptyCache({ name, type, heads, width }: PastInput): readonly ProtobufWriter[] {
  const [shape, batch, dims] = [`stepgym/shape of ${name}`, `stepgym/batch of ${name}`, `stepgym/dims of ${name}`]
  const zero = newTensor(type, [1], new Uint8Array(BYTES[type] ?? 0))
  return [
    newNode('Shape', ['input_ids'], shape),
    newNode('Slice', inputsOf(shape, 'stepgym/0', 'stepgym/1'), batch),
    newNode('Constant', [], `${dims} beside it`, { value: newIntegers([heads, 0, width]) }),
    newNode('Concat', [batch, `${dims} beside it`], dims, { axis: 0 }),
    newNode('ConstantOfShape', [dims], name, { value: zero }),
  ]
}

/** Bytes of a number that caches are made of. */
const BYTES: Readonly<Record<number, number>> = {
  [ELEMENT.float32]: 4,
  [ELEMENT.float16]: 2,
  [ELEMENT.double]: 8,
  [ELEMENT.bfloat16]: 2,
}
