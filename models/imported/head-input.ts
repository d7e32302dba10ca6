import type { ModelGraph, ModelNode } from './onnx-model.ts'

/** Product of the hidden states with the vocabulary, whose first input is [B, T, width]. */
export interface VocabularyProduct {
  readonly node: ModelNode
  /** Name of the hidden states. */
  readonly hidden: string
}

/** Operations of one input that treat every position alone. */
const ELEMENTWISE = new Set(['Identity', 'Cast', 'Tanh'])
/** Operations of a value and a constant that treat every position alone. */
const WITH_CONSTANT = new Set(['Add', 'Sub', 'Mul', 'Div', 'Clip'])
/** Products whose first input has the positions. */
const PRODUCTS = new Set(['MatMul', 'MatMulNBits'])
/** Operations that make a constant of a constant. */
const OF_CONSTANT = new Set(['Identity', 'Cast', 'Transpose', 'DequantizeLinear'])
/** Most of these between a constant and the product that reads it. */
const MOST_DEEP = 8

/**
 * The product that makes logits, behind operations that treat every position alone: where it is found, positions can
 * be left out before it.
 * @returns null where logits are made in another way
 */
export function vocabularyProduct(graph: ModelGraph, logits: string): VocabularyProduct | null {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)))
  const constants = new Set(graph.initializers.map(({ name }) => name))
  /** Each name is looked at once, however many nodes read it; false while it is, for those that read themselves. */
  const known = new Map<string, boolean>()
  const isConstant = (name: string | undefined, depth = 0): boolean => {
    if (name === undefined || name === '' || constants.has(name)) return name !== undefined
    const before = known.get(name)
    if (before !== undefined) return before
    known.set(name, false)
    const maker = makers.get(name)
    if (maker === undefined || depth > MOST_DEEP) return false
    const isOne =
      maker.operation === 'Constant' || (OF_CONSTANT.has(maker.operation) && areConstant(maker.inputs, depth + 1))
    known.set(name, isOne)
    return isOne
  }
  const areConstant = (names: readonly string[], depth = 0): boolean => names.every((name) => isConstant(name, depth))
  let name = logits
  for (let steps = 0; steps < graph.nodes.length; steps++) {
    const node = makers.get(name)
    const [first, ...others] = node?.inputs ?? []
    if (node === undefined || first === undefined) return null
    if (PRODUCTS.has(node.operation)) return areConstant(others) ? { node, hidden: first } : null
    if (ELEMENTWISE.has(node.operation) || (WITH_CONSTANT.has(node.operation) && areConstant(others))) name = first
    else if (WITH_CONSTANT.has(node.operation) && others.length === 1 && isConstant(first)) name = others[0] ?? ''
    else return null
  }
  return null
}
