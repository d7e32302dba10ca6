import { GymError } from '../../core/data/errors.ts'
import { counted, shown } from '../../core/data/shown.ts'
import type { ModelGraph, ModelValue, OnnxModel } from './onnx-model.ts'
import { ELEMENT } from './write-onnx.ts'

/** Input of a causal language model that is fed with each batch. */
export type CausalInput = 'input_ids' | 'attention_mask' | 'position_ids' | 'num_logits_to_keep' | 'use_cache_branch'

/** Keys or values of earlier tokens, [batch, heads, length, width]: of length 0 when an action is scored. */
export interface PastInput {
  readonly name: string
  readonly type: number
  readonly heads: number
  readonly width: number
}

/** What a model of a file has of a causal language model. */
export interface CausalModel {
  /** Inputs that are fed, `input_ids` among them. */
  readonly inputs: readonly (ModelValue & { readonly name: CausalInput })[]
  readonly past: readonly PastInput[]
  /** Output of logits, [B, T, V]. */
  readonly logits: ModelValue
  /** V; null where the model does not say. */
  readonly vocabulary: number | null
}

/** Types of the inputs that exports of Hugging Face models have. */
const INPUT_TYPES: Readonly<Record<CausalInput, number>> = {
  input_ids: ELEMENT.int64,
  attention_mask: ELEMENT.int64,
  position_ids: ELEMENT.int64,
  num_logits_to_keep: ELEMENT.int64,
  use_cache_branch: ELEMENT.bool,
}
const FLOATS: readonly number[] = [ELEMENT.float32, ELEMENT.float16, ELEMENT.double, ELEMENT.bfloat16]

/** First version of ONNX's operators that has all that is added to a model. */
const LEAST_OPERATORS = 11

/**
 * Finds the inputs and the logits of a causal language model, as `optimum-cli export onnx`, `torch.onnx.export` and the
 * builder of onnxruntime-genai name them.
 * @throws GymError MODEL_INVALID naming what is missing, or what nothing is known of.
 */
export function causalModelOf({ operatorSet, graph }: OnnxModel): CausalModel {
  if (operatorSet < LEAST_OPERATORS)
    throw invalid(`its operators are of version ${operatorSet}: export it with version ${LEAST_OPERATORS} or later`)
  const past = graph.inputs.filter(({ name }) => PAST.test(name))
  const inputs = graph.inputs.filter((input) => !PAST.test(input.name)).map(fedInput)
  if (!inputs.some(({ name }) => name === 'input_ids'))
    throw invalid(`its inputs are ${namesOf(graph.inputs)}: a causal language model has input_ids`)
  const logits = logitsOf(graph)
  const vocabulary = logits.shape?.[2]
  return { inputs, past: past.map(pastInput), logits, vocabulary: typeof vocabulary === 'number' ? vocabulary : null }
}

const PAST = /^past(_key_values)?[._]/

function fedInput(input: ModelValue): ModelValue & { readonly name: CausalInput } {
  const { name, type } = input
  if (!isCausalInput(name))
    throw invalid(`nothing is known of its input ${shown(name)}: export the model as one for text alone`)
  if (type !== INPUT_TYPES[name])
    throw invalid(`its input ${name} has values of type ${type}, not ${INPUT_TYPES[name]}`)
  return { ...input, name }
}

const isCausalInput = (name: string): name is CausalInput => Object.hasOwn(INPUT_TYPES, name)

function pastInput({ name, type, shape }: ModelValue): PastInput {
  const [batch, heads, length, width, ...more] = shape ?? []
  const isCache = typeof batch !== 'number' && typeof length !== 'number' && length !== undefined && more.length === 0
  if (!isCache || typeof heads !== 'number' || typeof width !== 'number' || !FLOATS.includes(type))
    throw invalid(
      `its input ${shown(name)} is not [batch, heads, length, width] of floats, with numbers for heads and width`,
    )
  return { name, type, heads, width }
}

function logitsOf({ outputs }: ModelGraph): ModelValue {
  const named = outputs.find(({ name }) => name === 'logits')
  const found = named ?? (outputs.length === 1 ? outputs[0] : undefined)
  if (found === undefined) throw invalid(`its outputs are ${namesOf(outputs)}: a causal language model has logits`)
  if (found.type !== 0 && !FLOATS.includes(found.type)) throw invalid(`its logits have values of type ${found.type}`)
  if (found.shape !== null && found.shape.length !== 3)
    throw invalid(`its logits have ${counted(found.shape.length, 'axis', 'axes')}, not [batch, tokens, vocabulary]`)
  return found
}

const namesOf = (values: readonly ModelValue[]): string => shown(values.map(({ name }) => name).join(', '), 300)

const invalid = (problem: string): GymError => new GymError('MODEL_INVALID', problem)
