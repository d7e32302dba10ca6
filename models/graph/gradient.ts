import { GymError } from '../../core/data/errors.ts'
import type { Graph, TapeEntry, Tensor } from './graph.ts'
import { binary } from './nodes.ts'
import { shapeText } from './shape.ts'

/**
 * Gradients of a scalar by tensors of its graph, as further nodes of it: reverse-mode differentiation over the tape.
 * @throws GymError MODEL_INVALID where the loss has axes, or does not depend on one of them.
 */
export function gradients(loss: Tensor, by: readonly Tensor[]): readonly Tensor[] {
  if (loss.shape.length > 0) throw invalid(`a loss is a scalar, not of shape ${shapeText(loss.shape)}`)
  const known = new Map<string, Tensor>([[loss.name, loss.graph.scalar(1)]])
  const needed = dependents(loss.graph, by)
  for (const entry of loss.graph.tape.toReversed()) passBack(entry, known, needed)
  return by.map((tensor) => known.get(tensor.name) ?? fail(tensor))
}

/** Names of tensors that depend on one of these: no other needs a gradient. */
function dependents(graph: Graph, by: readonly Tensor[]): ReadonlySet<string> {
  const names = new Set(by.map(({ name }) => name))
  for (const { inputs, output } of graph.tape) if (inputs.some(({ name }) => names.has(name))) names.add(output.name)
  return names
}

function passBack({ inputs, output, backward }: TapeEntry, known: Map<string, Tensor>, needed: ReadonlySet<string>) {
  const gradient = known.get(output.name)
  if (gradient === undefined || !needed.has(output.name)) return
  const shares = backward(gradient)
  for (const [index, { name }] of inputs.entries()) {
    const share = shares[index]
    if (share === undefined || !needed.has(name)) continue
    const sum = known.get(name)
    known.set(name, sum === undefined ? share : binary('Add', sum, share))
  }
}

function fail({ name }: Tensor): never {
  throw invalid(`the loss does not depend on ${name}`)
}

const invalid = (problem: string): GymError => new GymError('MODEL_INVALID', `graph: gradients: ${problem}`)
