import { Graph } from '../graph/graph.ts'
import { addNetwork, type Network, versionOf } from '../networks/network.ts'
import { openParts } from '../runtime/opening.ts'
import type { DeviceState, Runtime, Session } from '../runtime/runtime.ts'
import { expectWeights, tensorsOf, type Weights } from '../weights/weights.ts'
import { BatchScorer, type ItemModel, type Scored, type ScorerLimits } from './batch-scorer.ts'
import { rowScores } from './row-scores.ts'

/** Model that gives actions log-probabilities; it has one version of its weights. */
export interface Scorer<Action> {
  /** Digest of architecture and weights. */
  readonly version: string
  /** Actions that wait or are computed now. */
  waiting(): number
  /**
   * Scores in the order of the actions. An action that the model cannot read, or for which it computes numbers that are
   * not log-probabilities, has a problem, and the others their scores.
   * @param signal drops the batches that were not sent to the device yet
   * @throws GymError MODEL_FAILED where the device fails, CAPACITY_REACHED where too many actions wait; the signal's
   * reason.
   */
  score(actions: readonly Action[], signal?: AbortSignal): Promise<readonly Scored[]>
  close(): Promise<void>
}

/**
 * Opens a network as a scorer on a device.
 * @throws GymError MODEL_INVALID for weights that do not fit the network; CONFIG_INVALID for limits that cannot be used.
 */
export async function openScorer<Action>(
  runtime: Pick<Runtime, 'load' | 'store'>,
  network: Network<Action>,
  weights: Weights,
  limits: Partial<ScorerLimits> = {},
): Promise<Scorer<Action>> {
  expectWeights(network.weights, weights)
  return openParts(async (keep) => {
    const session = keep(await runtime.load(scoringGraph(network)), (each) => each.close())
    const state = keep(await runtime.store(tensorsOf(weights)), (each) => each.drop())
    const scorer = scorerOf(network, session, state, versionOf(network, weights), limits)
    return { ...scorer, close: async () => void (await Promise.all([session.close(), state.drop()])) }
  })
}

/** Scorer of weights that are on the device already. Its state is dropped with it; the session stays open. */
export function scorerOf<Action>(
  network: Network<Action>,
  session: Session,
  state: DeviceState,
  version: string,
  limits: Partial<ScorerLimits>,
): Scorer<Action> {
  return scorerFrom(modelOf(network, session, state), version, limits, () => state.drop())
}

/** Scorer of anything that gives items log-probabilities. */
export function scorerFrom<Action>(
  model: ItemModel<Action>,
  version: string,
  limits: Partial<ScorerLimits>,
  close: () => Promise<void>,
): Scorer<Action> {
  const scorer = new BatchScorer(model, limits)
  return {
    version,
    waiting: () => scorer.waiting,
    score: (actions, signal) => scorer.score(actions, signal),
    close,
  }
}

/** Graph that scores: its inputs are the weights by name and those of the network; its output is `log_probs`, [B, T]. */
export function scoringGraph<Action>(network: Network<Action>): Graph {
  const graph = new Graph()
  graph.output('log_probs', addNetwork(graph, network).output)
  return graph
}

const modelOf = <Action>(network: Network<Action>, session: Session, state: DeviceState): ItemModel<Action> => ({
  problemOf: (action) => network.problemOf(action),
  keyOf: (action) => network.keyOf(action),
  lengthOf: (action) => network.widthOf(action),
  run: async (actions) => {
    const values = await session.run({ feeds: network.feedsOf(actions), fetches: ['log_probs'], state })
    return actions.map((action, row) => rowScores(values, network.spanOf(action), row))
  },
})
