import { GymError } from '../../core/data/errors.ts'
import { deriveKey, keyOfSeed, parseSeed, Rng, type Seed } from '../../core/data/rng.ts'
import { type StepValueNetwork, stepValueNetwork } from '../../models/networks/step-value.ts'
import type { Runtime } from '../../models/runtime/runtime.ts'
import { openStepValues, type StepValues } from '../../models/scoring/step-values.ts'
import { openSumRegression, type SummedSteps, type SumRegression } from '../../models/training/sum-regression.ts'
import { initialWeights, type Weights } from '../../models/weights/weights.ts'
import { sumOf } from '../numbers.ts'
import type { OutcomeEpisode } from './episodes.ts'
import { type ErrorOfSums, errorOfSums } from './error-of-sums.ts'
import { type ContributionOptions, contributionOptions } from './options.ts'
import { stepFeatures } from './step-features.ts'

/** A trained model of contributions, and how far its sums are from outcomes. */
export interface LearntContributions {
  readonly weights: Weights
  readonly options: ContributionOptions
  /** Errors on the episodes that it learnt from. */
  readonly trained: ErrorOfSums
  /** Errors on those of groups that were held out; null where there are none. */
  readonly heldOut: ErrorOfSums | null
  /** Passes that were finished; fewer than `epochs` after an interrupt. */
  readonly epochs: number
}

/** What a training is given beside its episodes. */
export interface ContributionTraining {
  readonly runtime: Pick<Runtime, 'load' | 'store'>
  readonly options?: Partial<ContributionOptions>
  /** Seed of the first weights, of the order of episodes, and of the groups that are held out. @default 0 */
  readonly seed?: Seed
  /** Ends it after the pass that is running. */
  readonly signal?: AbortSignal
  /** Called after every pass with the mean loss of its steps of AdamW. */
  readonly onEpoch?: (epoch: number, loss: number) => void
}

/**
 * Trains the progress estimator of SPA-RL (arXiv 2505.20732; SPA-RL-Agent `prm/train_our_progress_model.py`): a number
 * for every step, whose sum over an episode regresses to its outcome by the mean squared error. Equal episodes, options
 * and seeds give equal weights on a CPU.
 * @param groups episodes by group; a group is learnt from, or held out, as a whole
 * @throws GymError CONFIG_INVALID where no episode is left to learn from; MODEL_FAILED where the device fails.
 */
export async function learnContributions(
  groups: readonly (readonly OutcomeEpisode[])[],
  { runtime, options: chosen = {}, seed = 0, signal, onEpoch }: ContributionTraining,
): Promise<LearntContributions> {
  const options = contributionOptions(chosen)
  const key = deriveKey(keyOfSeed(parseSeed(seed)), 0, 0)
  const { learnt, held } = splitGroups(groups, options, new Rng(key, 0))
  const network = stepValueNetwork(options)
  const regression = await openSumRegression(runtime, network, initialWeights(network.weights, seed), {
    learningRate: options.learningRate,
  })
  try {
    const epochs = await passes(regression, learnt, {
      ...{ epochs: options.epochs, batch: options.batch, rng: new Rng(key, 1) },
      ...(signal && { signal }),
      ...(onEpoch && { onEpoch }),
    })
    const weights = await regression.weights()
    return { weights, options, epochs, ...(await errorsOf(runtime, network, weights, { learnt, held })) }
  } finally {
    await regression.close()
  }
}

async function errorsOf(
  runtime: ContributionTraining['runtime'],
  network: StepValueNetwork,
  weights: Weights,
  { learnt, held }: { readonly learnt: readonly SummedSteps[]; readonly held: readonly SummedSteps[] },
): Promise<Pick<LearntContributions, 'trained' | 'heldOut'>> {
  const values = await openStepValues(runtime, network, weights)
  try {
    const trained = errorOfSums(await sumsOf(learnt, values))
    return { trained, heldOut: held.length === 0 ? null : errorOfSums(await sumsOf(held, values)) }
  } finally {
    await values.close()
  }
}

const readAs =
  ({ features }: ContributionOptions) =>
  ({ steps, outcome }: OutcomeEpisode): SummedSteps => ({
    steps: steps.map((step) => stepFeatures(step, features)),
    target: outcome,
  })

function splitGroups(groups: readonly (readonly OutcomeEpisode[])[], options: ContributionOptions, rng: Rng) {
  const used = groups.filter((group) => group.length > 0)
  const heldCount = Math.min(Math.round(used.length * options.holdOut), Math.max(used.length - 1, 0))
  const order = rng.shuffle(used)
  const read = (part: typeof used) => part.flat().map(readAs(options))
  const [held, learnt] = [read(order.slice(0, heldCount)), read(order.slice(heldCount))]
  if (learnt.length > 0) return { learnt, held }
  throw new GymError('CONFIG_INVALID', 'contributions: there is no episode with a known outcome to learn from')
}

type Passes = Pick<ContributionOptions, 'epochs' | 'batch'> &
  Pick<ContributionTraining, 'onEpoch' | 'signal'> & { readonly rng: Rng }

/** @returns passes that were finished */
async function passes(regression: SumRegression, episodes: readonly SummedSteps[], plan: Passes): Promise<number> {
  for (let epoch = 0; epoch < plan.epochs; epoch++) {
    if (plan.signal?.aborted === true) return epoch
    const order = plan.rng.shuffle(episodes)
    let loss = 0
    for (let at = 0; at < order.length; at += plan.batch) {
      const batch = order.slice(at, at + plan.batch)
      loss += ((await regression.update(batch)) ?? 0) * batch.length
    }
    plan.onEpoch?.(epoch + 1, loss / order.length)
  }
  return plan.epochs
}

/** Steps that are scored together. */
const SCORED_TOGETHER = 256

async function sumsOf(
  episodes: readonly SummedSteps[],
  valued: Pick<StepValues, 'of'>,
): Promise<readonly { readonly sum: number; readonly outcome: number }[]> {
  const steps = episodes.flatMap((episode) => episode.steps)
  const values: number[] = []
  for (let at = 0; at < steps.length; at += SCORED_TOGETHER)
    values.push(...(await valued.of(steps.slice(at, at + SCORED_TOGETHER))))
  let end = 0
  return episodes.map(({ steps: { length }, target }) => {
    end += length
    return { sum: sumOf(values.slice(end - length, end)), outcome: target }
  })
}
