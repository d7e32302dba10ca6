import { Graph } from '../graph/graph.ts'
import { addNetwork } from '../networks/network.ts'
import type { StepFeatures, StepValueNetwork } from '../networks/step-value.ts'
import { openParts } from '../runtime/opening.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { numbersOf } from '../training/optimiser.ts'
import { expectWeights, tensorsOf, type Weights } from '../weights/weights.ts'

/** Values of steps by weights that stay as they are. */
export interface StepValues {
  /** Values in the order of the steps. @throws GymError MODEL_FAILED where the device fails */
  of(steps: readonly StepFeatures[]): Promise<readonly number[]>
  close(): Promise<void>
}

/**
 * Opens a network of values to judge with.
 * @throws GymError MODEL_INVALID for weights that do not fit the network
 */
export async function openStepValues(
  runtime: Pick<Runtime, 'load' | 'store'>,
  network: StepValueNetwork,
  weights: Weights,
): Promise<StepValues> {
  expectWeights(network.weights, weights)
  const graph = new Graph()
  graph.output('values', addNetwork(graph, network).output)
  return openParts(async (keep) => {
    const session = keep(await runtime.load(graph), (each) => each.close())
    const state = await runtime.store(tensorsOf(weights))
    return {
      async of(steps) {
        if (steps.length === 0) return []
        return numbersOf(await session.run({ feeds: network.feedsOf(steps), fetches: ['values'], state }), 'values')
      },
      close: async () => void (await Promise.all([session.close(), state.drop()])),
    }
  })
}
