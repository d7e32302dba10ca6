import { GymError } from '../../core/data/errors.ts'
import { counted } from '../../core/data/shown.ts'
import { adamWScalars, addAdamW } from '../graph/adamw.ts'
import { Graph } from '../graph/graph.ts'
import { addNetwork, type Network, versionOf } from '../networks/network.ts'
import type { TensorValues } from '../runtime/messages.ts'
import { openParts } from '../runtime/opening.ts'
import type { DeviceState, Runtime, Session } from '../runtime/runtime.ts'
import type { ScorerLimits } from '../scoring/batch-scorer.ts'
import { type Scorer, scorerOf, scoringGraph } from '../scoring/scorer.ts'
import { expectWeights, tensorsOf, type Weights, weightsOf } from '../weights/weights.ts'
import { type Margins, marginLoss } from './margin-loss.ts'
import { floats, followed, numbersOf, scalarFeeds } from './optimiser.ts'
import { beginning, isProgress, momentSpecs, type Progress } from './progress.ts'
import { expectSettings, TRAINER_DEFAULTS, type TrainerSettings } from './settings.ts'

/** Action with its log-probabilities under the reference. */
export type Referenced<Action> = Action & { readonly referenceLogProbs: readonly number[] }

/** What one update did. */
export interface Update {
  readonly loss: number
  /** Scores of the actions before the update: beta * sum(log pi_phi - log pi_ref). */
  readonly scores: readonly number[]
  /** Norm of all gradients before clipping. */
  readonly gradientNorm: number
}

/**
 * Reward model that is trained on a device: forward pass, gradients, clipping and AdamW are one graph, and its weights
 * and moments stay on the device.
 */
export interface Trainer<Action> {
  /** Updates so far. */
  readonly steps: number
  /**
   * One step of AdamW on the mean of the margins; null, and nothing changes, without margins.
   * @throws GymError MODEL_INVALID for an action that the network cannot read, or whose reference does not fit it; MODEL_FAILED where the device fails or computes no finite loss. The weights are then as they were.
   */
  update(margins: Margins<Referenced<Action>>): Promise<Update | null>
  /** Scorer of the weights as they are now: later updates do not change it. Close it before the trainer. */
  scorer(limits?: Partial<ScorerLimits>): Promise<Scorer<Action>>
  weights(): Promise<Weights>
  /** Weights, moments and updates, all of one moment. */
  progress(): Promise<Progress>
  close(): Promise<void>
}

class NetworkTrainer<Action> implements Trainer<Action> {
  readonly #network: Network<Action>
  readonly #settings: Required<Pick<TrainerSettings, 'learningRate'>> & TrainerSettings
  readonly #training: Session
  readonly #scoring: Session
  readonly #state: DeviceState
  #steps: number

  constructor(
    network: Network<Action>,
    settings: TrainerSettings,
    parts: { readonly training: Session; readonly scoring: Session; readonly state: DeviceState },
    steps: number,
  ) {
    this.#network = network
    this.#settings = { ...settings, learningRate: settings.learningRate ?? TRAINER_DEFAULTS.learningRate }
    this.#training = parts.training
    this.#scoring = parts.scoring
    this.#state = parts.state
    this.#steps = steps
  }

  get steps(): number {
    return this.#steps
  }

  async update({ actions, rows }: Margins<Referenced<Action>>): Promise<Update | null> {
    if (rows.length === 0) return null
    for (const action of actions) this.#expectReadable(action)
    const scalars = adamWScalars(this.#steps + 1, this.#settings.learningRate, this.#settings)
    const feeds = {
      ...this.#network.feedsOf(actions),
      ...marginFeeds(this.#network, actions, rows),
      ...scalarFeeds(scalars),
    }
    const fetches = ['loss', 'scores', 'gradient_norm']
    const values = await this.#training.run({ feeds, fetches, state: this.#state, updates: true })
    this.#steps++
    const [loss = Number.NaN] = numbersOf(values, 'loss')
    const [gradientNorm = Number.NaN] = numbersOf(values, 'gradient_norm')
    return { loss, scores: numbersOf(values, 'scores'), gradientNorm }
  }

  async scorer(limits: Partial<ScorerLimits> = {}): Promise<Scorer<Action>> {
    return openParts(async (keep) => {
      const state = keep(await this.#state.copy(), (each) => each.drop())
      const version = versionOf(this.#network, await this.#weightsOf(state))
      return scorerOf(this.#network, this.#scoring, state, version, limits)
    })
  }

  weights(): Promise<Weights> {
    return this.#weightsOf(this.#state)
  }

  /** Replies come in order: an update that was asked for after the state does not count yet. */
  async progress(): Promise<Progress> {
    const values = await this.#state.read()
    const steps = this.#steps
    const { weights } = this.#network
    return { weights: weightsOf(weights, values), moments: weightsOf(momentSpecs(weights), values), steps }
  }

  async close(): Promise<void> {
    await Promise.all([this.#training.close(), this.#scoring.close(), this.#state.drop()])
  }

  async #weightsOf(state: DeviceState): Promise<Weights> {
    const values = await state.read()
    return weightsOf(this.#network.weights, values)
  }

  #expectReadable(action: Referenced<Action>): void {
    const problem = this.#network.problemOf(action) ?? problemOfReference(action, this.#network.spanOf(action).length)
    if (problem !== null) throw new GymError('MODEL_INVALID', `training: an action cannot be used: ${problem}`)
  }
}

function problemOfReference({ referenceLogProbs }: Referenced<unknown>, expected: number): string | null {
  if (referenceLogProbs.length !== expected)
    return `it has ${counted(referenceLogProbs.length, 'reference log-probability', 'reference log-probabilities')}, not ${expected}`
  return referenceLogProbs.every(Number.isFinite) ? null : 'a reference log-probability is not finite'
}

/**
 * Opens a network for training on a device.
 * @param start weights to begin with, or what another trainer had learnt
 * @throws GymError MODEL_INVALID for weights or moments that do not fit the network; CONFIG_INVALID for a setting that
 * cannot be used.
 */
export async function openTrainer<Action>(
  runtime: Pick<Runtime, 'load' | 'store'>,
  network: Network<Action>,
  start: Weights | Progress,
  settings: TrainerSettings = {},
): Promise<Trainer<Action>> {
  expectSettings(settings)
  const { weights, moments, steps } = isProgress(start) ? start : beginning(start)
  expectWeights(network.weights, weights)
  expectWeights(momentSpecs(network.weights), moments)
  return openParts(async (keep) => {
    const training = keep(await runtime.load(trainingGraph(network, settings), followed(network.weights)), closeSession)
    const scoring = keep(await runtime.load(scoringGraph(network)), closeSession)
    const state = await runtime.store(tensorsOf({ ...weights, ...moments }))
    return new NetworkTrainer(network, settings, { training, scoring, state }, steps)
  })
}

const closeSession = (session: Session): Promise<void> => session.close()

function trainingGraph<Action>(
  network: Network<Action>,
  { beta = TRAINER_DEFAULTS.beta, ...adamW }: TrainerSettings,
): Graph {
  const graph = new Graph()
  const { weights, output: logProbs } = addNetwork(graph, network)
  const inputs = {
    logProbs,
    reference: graph.input('reference', 'float32', logProbs.shape),
    mask: graph.input('reference_mask', 'float32', logProbs.shape),
    shares: graph.input('shares', 'float32', ['N', 'B']),
    weights: graph.input('margin_weights', 'float32', ['N', 1]),
  }
  const { loss, scores } = marginLoss(inputs, beta)
  graph.output('loss', loss)
  graph.output('scores', scores)
  addAdamW(loss, weights, adamW)
  return graph
}

/** References and masks at the places of the actions' log-probabilities, and the margins as a matrix. */
function marginFeeds<Action>(
  network: Network<Action>,
  actions: readonly Referenced<Action>[],
  rows: Margins<unknown>['rows'],
): TensorValues {
  const width = actions.reduce((most, action) => Math.max(most, network.widthOf(action)), 0)
  const [reference, mask] = [new Float32Array(actions.length * width), new Float32Array(actions.length * width)]
  for (const [row, action] of actions.entries()) {
    const { begin, length } = network.spanOf(action)
    reference.set(action.referenceLogProbs, row * width + begin)
    mask.fill(1, row * width + begin, row * width + begin + length)
  }
  return {
    reference: floats([actions.length, width], reference),
    reference_mask: floats([actions.length, width], mask),
    shares: floats([rows.length, actions.length], sharesOf(rows, actions.length)),
    margin_weights: floats([rows.length, 1], new Float32Array(rows.length).fill(1 / rows.length)),
  }
}

function sharesOf(rows: Margins<unknown>['rows'], actions: number): Float32Array {
  const shares = new Float32Array(rows.length * actions)
  for (const [row, parts] of rows.entries()) for (const { place, share } of parts) shares[row * actions + place] = share
  return shares
}
