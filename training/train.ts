import {
  type ChoiceReader,
  choiceReader,
  hasTools,
  initialPolicyWeights,
  networkAgent,
  policyNetwork,
  type StateScorer,
  stateScorer,
} from '../agents/policy.ts'
import { batchOfGroups } from '../core/batch/index.ts'
import { GymError } from '../core/data/errors.ts'
import type { MaybePromise } from '../core/data/maybe-promise.ts'
import { deriveKey, keyOfSeed, Rng, type Seed } from '../core/data/rng.ts'
import type { Group, Step } from '../core/data/types.ts'
import { startEpisode } from '../core/episode/start.ts'
import type { World } from '../core/episode/world.ts'
import { type HookSet, hookSet } from '../core/reward/hook.ts'
import type { RunLog } from '../core/rollout/log.ts'
import type { Weights } from '../models/weights/weights.ts'
import type { Shaping } from '../rewards/credit/index.ts'
import { expectAssignable, recordedColumns } from '../rewards/credit/trial.ts'
import { startingAdam } from './adam.ts'
import { type AdvantageContext, type AdvantageSource, type Credited, creditedBy } from './advantages.ts'
import { demonstrationsOf } from './demonstrations.ts'
import { imitated } from './imitation.ts'
import type { HeldOut, Iteration, IterationReport, TrainingEnd, TrainingState } from './iteration.ts'
import { actingEntropy, meanKnown, mixedShare, repeatedAnchorShare, returnOf, successOf } from './measures.ts'
import { type TrainingOptions, trainingOptions } from './options.ts'
import type { PolicyReward } from './reward-model.ts'
import { type GroupPlan, rollOutGroups, stepsOf } from './rollouts.ts'
import { choicesOf, trainingRows } from './rows.ts'
import { updatePolicy } from './update.ts'

/** What a training is given. */
export interface TrainingSetup {
  readonly world: World
  /** Estimator with its options, or a function. */
  readonly advantages: AdvantageSource
  /** Reward hooks of every episode. One called `success` gives the share of successes. @default none */
  readonly hooks?: HookSet
  /**
   * Reward model that learns beside the policy. Its hook judges the steps of every training episode; after the update
   * of the policy it learns from their outcomes. Open it with the `rewardModel` of `from`. @default none
   */
  readonly rewardModel?: PolicyReward
  /** Recipe by which signals are combined first. @default none */
  readonly shaping?: Shaping | null
  /** Decides tasks, episodes, first weights and minibatches. @default 0 */
  readonly seed?: Seed
  /** Tasks to train on. @default the first split */
  readonly split?: string
  /** Tasks that are evaluated. @default the second split, or the first where there is one alone */
  readonly evalSplit?: string
  readonly options?: Partial<TrainingOptions>
  /** Weights to begin with; their sizes override `features` and `hidden`. @default untrained ones */
  readonly start?: Weights
  /** Where to continue: the state after an iteration of a training with the same settings. @default the beginning */
  readonly from?: TrainingState
  /** Records every training episode. @default nothing is recorded */
  readonly log?: RunLog
  /** Keys the state tags of the log. @default one that all trainings share */
  readonly runKey?: string
  readonly signal?: AbortSignal
  /** Called for each step of training and evaluation. */
  readonly onStep?: (step: Step) => void
  /** Called with the advantages of each iteration, before the policy learns from them. */
  readonly onCredited?: (context: AdvantageContext, credited: Credited) => MaybePromise<void>
}

/** A training whose settings were checked. */
interface Checked extends TrainingSetup {
  readonly hooks: HookSet
  readonly shaping: Shaping | null
  readonly seed: Seed
  readonly split: string
  readonly evalSplit: string
  readonly options: TrainingOptions
  readonly signal: AbortSignal
}

interface Training extends Checked {
  /** Whether the environment lists its actions; else the policy makes them of what it has seen. */
  readonly listsActions: boolean
  /** Shared by the policies of all iterations. */
  readonly reader: ChoiceReader
}

/**
 * Trains a small policy on an environment: each iteration rolls out groups with the ordinary kernel, hooks and rewards,
 * has advantages assigned, and makes clipped policy-gradient steps on the rows that have one. Equal settings give
 * equal reports and equal weights, also where a training was interrupted and continued from its state.
 * @throws GymError CONFIG_INVALID for options, and for an environment that lists no actions; TASK_UNKNOWN for a split;
 *   SIGNAL_MISSING where the environment and the hooks do not give what the estimator consumes; MODEL_INVALID for
 *   weights to begin with; AGENT_FAILED where all episodes of a group are aborted; ESTIMATOR_INVALID.
 */
export async function* trainPolicy(setup: TrainingSetup): AsyncGenerator<Iteration, TrainingEnd> {
  const training = await openedTraining(setup)
  let state = setup.from ?? (await startOf(training))
  while (state.iteration < training.options.iterations) {
    const next = await iterate(training, state)
    if (next === null) return { state, heldOut: null, isInterrupted: true }
    state = next.state
    yield next
  }
  const heldOut = await evaluate(training, stateScorer(policyNetwork(state.adam.weights), training.reader))
  return { state, heldOut, isInterrupted: training.signal.aborted }
}

/**
 * State in which a training begins: what a checkpoint keeps before the first iteration. A reward model is as untrained
 * as it was opened, and has no part in it.
 * @throws GymError as `trainPolicy` for settings.
 */
export const beginningOf = async (setup: TrainingSetup): Promise<TrainingState> => startOf(await openedTraining(setup))

async function openedTraining(setup: TrainingSetup): Promise<Training> {
  const checked = checkedTraining(setup)
  const listsActions = await expectActions(checked)
  const weights = setup.from?.adam.weights ?? setup.start
  const features = weights ? policyNetwork(weights).sizes.features : checked.options.features
  return { ...checked, listsActions, reader: choiceReader(features) }
}

function checkedTraining(setup: TrainingSetup): Checked {
  const { world, advantages, rewardModel, shaping = null, seed = 0 } = setup
  const hooks = withModel(setup.hooks ?? hookSet([]), rewardModel ?? null)
  const options = trainingOptions(setup.options ?? {})
  const [first = '', second = first] = world.tasks.splits
  const { split = first, evalSplit = second } = setup
  for (const each of [split, evalSplit])
    if (world.tasks.size(each) === 0) throw new GymError('TASK_UNKNOWN', `split ${each} has no tasks: choose another`)
  if (typeof advantages !== 'function') expectAssignable(recordedColumns(world.environment, hooks), advantages, shaping)
  const signal = setup.signal ?? new AbortController().signal
  return { ...setup, hooks, shaping, seed, split, evalSplit, options, signal }
}

/** Hooks with that of a reward model. @throws GymError HOOK_INVALID where another one has its name. */
export const withModel = (hooks: HookSet, reward: PolicyReward | null): HookSet =>
  reward === null
    ? hooks
    : hookSet([...hooks.turn, ...hooks.outcome, ...hooks.process, reward.model.hook, ...hooks.group])

/**
 * Whether the environment lists its actions.
 * @throws GymError CONFIG_INVALID for an environment whose first state lists none, and whose tasks have no tools.
 */
async function expectActions({ world, split, seed }: Checked): Promise<boolean> {
  const task = world.tasks.at(split, 0)
  const episode = await startEpisode(world, { task, seed })
  const actions = episode.actions()
  await episode.close()
  if (actions !== null && actions.length > 0) return true
  if (actions === null && hasTools(task.public)) return false
  throw new GymError(
    'CONFIG_INVALID',
    `${world.environment.id} lists no admissible actions and has no tools, and this policy chooses among those: train on an environment that has either`,
  )
}

/** The first weights, after behaviour cloning of demonstrations where the options ask for some. */
async function startOf(training: Training): Promise<TrainingState> {
  const { start, seed, options } = training
  const { features, hidden } = options
  const weights = start ?? initialPolicyWeights({ features, hidden }, seed)
  const adam = startingAdam(options.demonstrations === 0 ? weights : await imitating(training, weights))
  return { iteration: 0, environmentSteps: 0, adam, rewardModel: null }
}

async function imitating(training: Training, weights: Weights): Promise<Weights> {
  const { world, split, seed, signal, options, reader } = training
  const plan = {
    ...{ world, split, seed, signal, tasks: taskCount(training), episodes: options.demonstrations },
    ...(options.maxSteps > 0 && { maxSteps: options.maxSteps }),
  }
  const choices = await demonstrationsOf(plan, stateScorer(policyNetwork(weights), reader))
  return imitated(weights, choices, options, rngOf(training, 0, IMITATION))
}

/** Null where it was interrupted. */
async function iterate(training: Training, state: TrainingState): Promise<Iteration | null> {
  const network = policyNetwork(state.adam.weights)
  const scorer = stateScorer(network, training.reader)
  const iteration = state.iteration + 1
  const heldOut = isEvaluated(training, iteration) ? await evaluate(training, scorer) : null
  const groups = await rollOutGroups(trainingPlan(training, scorer, state))
  if (groups === null || training.signal.aborted) return null
  const batch = batchOfGroups(groups)
  const context = { batch, groups, scorer, iteration }
  const credited = await creditedBy(training.advantages, context, training.shaping)
  await training.onCredited?.(context, credited)
  const steps = stepsOf(groups)
  const rows = trainingRows(groups, credited, choicesOf(training, scorer))
  const { state: adam, ...learnt } = updatePolicy(
    state.adam,
    rows,
    training.options,
    rngOf(training, iteration, UPDATE),
  )
  const reward = training.rewardModel
  const learntRewards = reward ? await reward.learn(groups) : null
  const environmentSteps = state.environmentSteps + batch.rowCount
  const report: IterationReport = {
    iteration,
    environmentSteps,
    ...episodeFigures(groups),
    entropy: actingEntropy(steps),
    ...learnt,
    mixedGroups: mixedShare(groups),
    repeatedAnchors: repeatedAnchorShare(batch),
    rows: batch.rowCount,
    creditedRows: rows.length,
    noCredit: credited.reason,
    warnings: credited.reason === null ? credited.warnings : [],
    heldOut,
    rewardModel: learntRewards,
    policyVersion: network.version,
  }
  return {
    report,
    state: { iteration, environmentSteps, adam, rewardModel: reward ? await reward.model.state() : null },
  }
}

const isEvaluated = ({ options: { evalEvery } }: Training, iteration: number): boolean =>
  evalEvery > 0 && (iteration - 1) % evalEvery === 0

function episodeFigures(groups: readonly Group[]) {
  const trajectories = groups.flatMap((group) => group.trajectories)
  const aborted = groups.reduce((sum, group) => sum + group.aborted.length, 0)
  return {
    episodes: trajectories.length + aborted,
    aborted,
    success: successOf(trajectories),
    meanReturn: meanKnown(trajectories.map(returnOf)),
  }
}

function trainingPlan(training: Training, scorer: StateScorer, { iteration }: TrainingState): GroupPlan {
  const { split, options } = training
  const count = taskCount(training)
  const shuffled = rngOf(training, iteration + 1, TASKS).shuffle(Array.from({ length: count }, (_, at) => at))
  return {
    ...planOf(training, scorer),
    split,
    tasks: Array.from({ length: options.groups }, (_, at) => shuffled[at % count] ?? 0),
    size: options.groupSize,
    firstGroup: iteration * options.groups,
    ...(training.log && { log: training.log }),
  }
}

/** Tasks to train on. */
function taskCount({ world, split, options: { tasks } }: Training): number {
  const size = world.tasks.size(split)
  return tasks === 0 ? size : Math.min(size, tasks)
}

function planOf({ world, hooks, seed, signal, options, onStep, runKey = '' }: Training, scorer: StateScorer) {
  return {
    ...{ world, hooks, seed, signal, runKey, agent: networkAgent(scorer) },
    ...(options.maxSteps > 0 && { maxSteps: options.maxSteps }),
    ...(onStep && { onStep }),
  }
}

/** Figures on the first held-out tasks, from the same starts each time; null where it is off or interrupted. */
async function evaluate(training: Training, scorer: StateScorer): Promise<HeldOut | null> {
  const { world, evalSplit: split, options } = training
  if (options.evalEvery === 0) return null
  const count = Math.min(world.tasks.size(split), options.evalTasks)
  const tasks = Array.from({ length: count }, (_, at) => at)
  const plan = {
    ...{ ...planOf(training, scorer), split, tasks, size: options.evalEpisodes, firstGroup: EVALUATION_GROUPS },
    // Figures need what the environment and outcome hooks say alone.
    hooks: { ...training.hooks, process: [], group: [] },
  }
  const groups = await rollOutGroups(plan)
  if (groups === null) return null
  const trajectories = groups.flatMap((group) => group.trajectories)
  return {
    split,
    episodes: trajectories.length,
    success: successOf(trajectories),
    meanReturn: meanKnown(trajectories.map(returnOf)),
  }
}

/** Groups of evaluations have numbers, and so seeds, that no training reaches. */
const EVALUATION_GROUPS = 1_500_000_000

/** Streams of a training; episodes draw from their own. */
const [TASKS, UPDATE, IMITATION] = [-7, -8, -9] as const

const rngOf = ({ seed }: Training, iteration: number, stream: number): Rng =>
  new Rng(deriveKey(keyOfSeed(seed), stream, 0), iteration)
