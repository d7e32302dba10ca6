import { GymError } from '../../core/data/errors.ts'
import { type AdamWOptions, adamWScalars, addAdamW } from '../graph/adamw.ts'
import { Graph, type Tensor } from '../graph/graph.ts'
import { matMul, multiply, subtract, sum } from '../graph/operations.ts'
import { addNetwork } from '../networks/network.ts'
import type { StepFeatures, StepValueNetwork } from '../networks/step-value.ts'
import type { TensorValues } from '../runtime/messages.ts'
import { openParts } from '../runtime/opening.ts'
import type { DeviceState, Runtime, Session } from '../runtime/runtime.ts'
import { expectWeights, tensorsOf, type Weights, weightsOf } from '../weights/weights.ts'
import { floats, followed, numbersOf, scalarFeeds } from './optimiser.ts'
import { beginning } from './progress.ts'
import { expectSettings, TRAINER_DEFAULTS } from './settings.ts'

/** Steps whose values should sum to a target, such as the outcome of their episode. */
export interface SummedSteps {
  readonly steps: readonly StepFeatures[]
  readonly target: number
}

/** Settings of a regression. */
export interface RegressionSettings extends AdamWOptions {
  /** Above 0. @default 1e-3 */
  readonly learningRate?: number
}

/** Values of steps that are trained on a device so that those of an episode sum to its target. */
export interface SumRegression {
  /**
   * One step of AdamW on the mean over episodes of (sum of values - target)^2. Episodes without steps are left out;
   * without any other nothing changes.
   * @returns the loss before the step; null without an episode
   * @throws GymError MODEL_INVALID for a step that the network cannot read, or a target that is not finite; MODEL_FAILED
   * where the device fails
   */
  update(episodes: readonly SummedSteps[]): Promise<number | null>
  weights(): Promise<Weights>
  close(): Promise<void>
}

/**
 * Opens a network of values for regression of sums (SPA-RL, arXiv 2505.20732: the progress estimator).
 * @throws GymError MODEL_INVALID for weights that do not fit the network; CONFIG_INVALID for a setting that cannot be used
 */
export async function openSumRegression(
  runtime: Pick<Runtime, 'load' | 'store'>,
  network: StepValueNetwork,
  weights: Weights,
  settings: RegressionSettings = {},
): Promise<SumRegression> {
  expectSettings(settings)
  expectWeights(network.weights, weights)
  const { moments } = beginning(weights)
  return openParts(async (keep) => {
    const session = keep(await runtime.load(regressionGraph(network, settings), followed(network.weights)), closeOf)
    return regression(network, settings, session, await runtime.store(tensorsOf({ ...weights, ...moments })))
  })
}

const closeOf = (session: Session): Promise<void> => session.close()

function regression(
  network: StepValueNetwork,
  { learningRate = TRAINER_DEFAULTS.learningRate, ...adamW }: RegressionSettings,
  session: Session,
  state: DeviceState,
): SumRegression {
  let updates = 0
  return {
    async update(episodes) {
      const used = episodes.filter(({ steps }) => steps.length > 0)
      for (const episode of used) expectUsable(network, episode)
      if (used.length === 0) return null
      const scalars = scalarFeeds(adamWScalars(updates + 1, learningRate, adamW))
      const feeds = { ...network.feedsOf(used.flatMap(({ steps }) => steps)), ...sumFeeds(used), ...scalars }
      const values = await session.run({ feeds, fetches: ['loss'], state, updates: true })
      updates++
      return numbersOf(values, 'loss')[0] ?? null
    },
    weights: async () => weightsOf(network.weights, await state.read()),
    close: async () => void (await Promise.all([session.close(), state.drop()])),
  }
}

function expectUsable(network: StepValueNetwork, { steps, target }: SummedSteps): void {
  if (!Number.isFinite(target)) throw new GymError('MODEL_INVALID', `training: a target is ${target}`)
  for (const step of steps) {
    const problem = network.problemOf(step)
    if (problem !== null) throw new GymError('MODEL_INVALID', `training: a step cannot be used: ${problem}`)
  }
}

function regressionGraph(network: StepValueNetwork, adamW: AdamWOptions): Graph {
  const graph = new Graph()
  const { weights, output } = addNetwork(graph, network)
  const loss = sumLoss({
    values: output,
    members: graph.input('members', 'float32', ['N', 'B']),
    targets: graph.input('targets', 'float32', ['N', 1]),
    shares: graph.input('episode_shares', 'float32', ['N', 1]),
  })
  graph.output('loss', loss)
  addAdamW(loss, weights, adamW)
  return graph
}

/** Inputs of the loss: B steps of N episodes. */
export interface SumInputs {
  /** Values of steps, [B, 1]. */
  readonly values: Tensor
  /** 1 where a step belongs to an episode, else 0, [N, B]. */
  readonly members: Tensor
  /** What the values of each episode should sum to, [N, 1]. */
  readonly targets: Tensor
  /** Weight of each episode, [N, 1]. */
  readonly shares: Tensor
}

/** Weighted sum over episodes of (sum of the values of its steps - target)^2: a scalar. */
export function sumLoss({ values, members, targets, shares }: SumInputs): Tensor {
  const errors = subtract(matMul(members, values), targets)
  return sum(multiply(shares, multiply(errors, errors)), [0, 1])
}

/** Inputs of the loss for episodes whose steps follow one another. */
function sumFeeds(episodes: readonly SummedSteps[]): TensorValues {
  const [rows, width] = [episodes.length, episodes.reduce((count, { steps }) => count + steps.length, 0)]
  const members = new Float32Array(rows * width)
  let at = 0
  for (const [row, { steps }] of episodes.entries()) {
    members.fill(1, row * width + at, row * width + at + steps.length)
    at += steps.length
  }
  return {
    members: floats([rows, width], members),
    targets: floats(
      [rows, 1],
      Float32Array.from(episodes, ({ target }) => target),
    ),
    episode_shares: floats([rows, 1], new Float32Array(rows).fill(1 / rows)),
  }
}
