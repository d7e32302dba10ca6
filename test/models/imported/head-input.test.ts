import { expect, it } from 'vitest'
import { vocabularyProduct } from '../../../models/imported/head-input.ts'
import type { ModelGraph, ModelNode } from '../../../models/imported/onnx-model.ts'

const NOTHING = new Uint8Array()

const node = (operation: string, inputs: readonly string[], output: string): ModelNode => ({
  ...{ operation, inputs, outputs: [output], domain: '', content: NOTHING, raw: NOTHING },
})

const graph = (nodes: readonly ModelNode[]): ModelGraph => ({
  ...{ nodes, initializers: [{ name: 'c', raw: NOTHING }], inputs: [], outputs: [], rest: [] },
})

const product = node('MatMul', ['h', 'w0'], 'logits')

/** A weight of seven nodes, each of which names the next in all of its `width` inputs. */
const named = (width: number, last: string): readonly ModelNode[] =>
  Array.from({ length: 7 }, (_, at) => node('Identity', Array(width).fill(at === 6 ? last : `w${at + 1}`), `w${at}`))

it('finds the product with a constant, however often its nodes name each other', () => {
  expect(vocabularyProduct(graph([product, ...named(1, 'c')]), 'logits')).toEqual({ node: product, hidden: 'h' })
  expect(vocabularyProduct(graph([product, ...named(1000, 'c')]), 'logits')).toEqual({ node: product, hidden: 'h' })
})

it('takes what is computed of itself, or of an input, for no constant', () => {
  expect(vocabularyProduct(graph([product, ...named(2, 'w0')]), 'logits')).toBeNull()
  expect(vocabularyProduct(graph([product, ...named(2, 'an input')]), 'logits')).toBeNull()
})
