import { GymError } from '../../core/data/errors.ts'
import { type Shape, shapeText, sizeOf } from './shape.ts'

/** Element types of tensors, as onnxruntime names them. */
export type ElementType = 'float32' | 'int64' | 'bool'

/** Values of a tensor, row by row. */
export interface ElementData {
  readonly float32: Float32Array
  readonly int64: BigInt64Array
  readonly bool: Uint8Array
}

/** Result of a node, an input or a constant of one graph: a handle without values. */
export interface Tensor<Type extends ElementType = 'float32'> {
  readonly name: string
  readonly type: Type
  readonly shape: Shape
  readonly graph: Graph
}

/** Tensor of any element type. */
export type AnyTensor = Tensor<ElementType>

/** Value of an ONNX attribute: an integer, integers, a float, a text, or a type by its number. */
export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }

export interface GraphNode {
  readonly operation: string
  readonly inputs: readonly string[]
  readonly output: string
  readonly attributes: Readonly<Record<string, Attribute>>
}

export interface Constant<Type extends ElementType = ElementType> {
  readonly tensor: Tensor<Type>
  readonly data: ElementData[Type]
}

/** Gradients of the loss by each input of an operation, from that by its result. */
export type Backward = (gradient: Tensor) => readonly Tensor[]

/** Differentiable operation, for the reverse pass. */
export interface TapeEntry {
  readonly inputs: readonly Tensor[]
  readonly output: Tensor
  readonly backward: Backward
}

/** What an operation adds to a graph. */
export interface NodeSpec<Type extends ElementType> {
  readonly operation: string
  readonly inputs: readonly AnyTensor[]
  readonly type: Type
  readonly shape: Shape
  readonly attributes?: Readonly<Record<string, Attribute>>
}

/**
 * ONNX graph under construction (github.com/onnx/onnx, IR version 10, operator set 21). Operations are functions over
 * its tensors (`operations/`), which check types and shapes when they are called; `encodeGraph` writes it as a model.
 */
export class Graph {
  readonly inputs: AnyTensor[] = []
  readonly outputs: AnyTensor[] = []
  readonly nodes: GraphNode[] = []
  readonly constants: Constant[] = []
  readonly tape: TapeEntry[] = []
  readonly #names = new Set<string>()
  readonly #scalars = new Map<number, Tensor>()
  readonly #integers = new Map<string, Tensor<'int64'>>()
  #count = 0

  /** Value given with each run. @throws GymError MODEL_INVALID for a name that is taken. */
  input<Type extends ElementType>(name: string, type: Type, shape: Shape): Tensor<Type> {
    const tensor = this.#tensor(this.#named(name), type, shape)
    this.inputs.push(tensor)
    return tensor
  }

  /** Values that never change. @throws GymError MODEL_INVALID where their number does not fit the shape. */
  constant<Type extends ElementType>(type: Type, shape: Shape, data: ElementData[Type]): Tensor<Type> {
    if (sizeOf(shape) !== data.length)
      throw invalid(`a constant of shape ${shapeText(shape)} has ${data.length} values`)
    const tensor = this.#tensor(this.#unique('constant'), type, shape)
    this.constants.push({ tensor, data })
    return tensor
  }

  /** Scalar constant, made once per value. */
  scalar(value: number): Tensor {
    const known = this.#scalars.get(value) ?? this.constant('float32', [], Float32Array.of(value))
    this.#scalars.set(value, known)
    return known
  }

  /** Constant list of integers, made once per content: axes, lengths and places of operations. */
  integers(values: readonly number[]): Tensor<'int64'> {
    const key = values.join()
    const known = this.#integers.get(key) ?? this.constant('int64', [values.length], BigInt64Array.from(values, BigInt))
    this.#integers.set(key, known)
    return known
  }

  node<Type extends ElementType>({ operation, inputs, type, shape, attributes = {} }: NodeSpec<Type>): Tensor<Type> {
    for (const input of inputs)
      if (input.graph !== this) throw invalid(`${operation}: its input ${input.name} belongs to another graph`)
    const output = this.#tensor(this.#unique(operation), type, shape)
    this.nodes.push({ operation, inputs: inputs.map(({ name }) => name), output: output.name, attributes })
    return output
  }

  /** Result of each run, under a name of its own. @throws GymError MODEL_INVALID for a name that is taken. */
  output(name: string, { name: source, type, shape }: AnyTensor): void {
    const tensor = this.#tensor(this.#named(name), type, shape)
    this.nodes.push({ operation: 'Identity', inputs: [source], output: name, attributes: {} })
    this.outputs.push(tensor)
  }

  #tensor<Type extends ElementType>(name: string, type: Type, shape: Shape): Tensor<Type> {
    return { name, type, shape, graph: this }
  }

  #named(name: string): string {
    if (this.#names.has(name)) throw invalid(`two tensors are called ${name}`)
    this.#names.add(name)
    return name
  }

  #unique(operation: string): string {
    return this.#named(`${operation}#${this.#count++}`)
  }
}

const invalid = (problem: string): GymError => new GymError('MODEL_INVALID', `graph: ${problem}`)
