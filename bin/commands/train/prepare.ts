import { resolve } from 'node:path'
import { GymError } from '../../../core/data/errors.ts'
import { parseSeed } from '../../../core/data/rng.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import { type HookSet, hookSet } from '../../../core/reward/hook.ts'
import { hooks as hookCatalog } from '../../../registry/index.ts'
import type { CreditRequest, Shaping } from '../../../rewards/credit/index.ts'
import { type TrainingOptions, trainingOptions } from '../../../training/options.ts'
import { type PolicyRewardSettings, PROCESS_SIGNAL } from '../../../training/reward-model.ts'
import type { TrainingSetup } from '../../../training/train.ts'
import type { Cli } from '../../cli.ts'
import { assigned } from '../../config/readers.ts'
import { readSettings, type Settings } from '../../config.ts'
import { chosenHooks, chosenRecipe, chosenWorld } from '../../find.ts'
import { settingsOfFlags } from '../../flags.ts'
import { creditRequests } from '../credit/requests.ts'
import { freeFolder } from '../rollout/prepare.ts'
import type { TrainFlags } from './flags.ts'

/** All that a training needs, found and opened; nothing is written yet. Close its hooks with `closeHooks`. */
export interface PreparedTraining {
  readonly setup: TrainingSetup & { readonly hooks: HookSet; readonly options: TrainingOptions }
  /** Registered name of the estimator. */
  readonly estimator: string
  /** How a reward model learns beside the policy; null for none. */
  readonly rewardModel: PolicyRewardSettings['method'] | null
  readonly identity: JsonObject
  /** Folder, as it is shown. */
  readonly out: string
  /** The same folder, in full. */
  readonly folder: string
  readonly isResumed: boolean
  readonly isRecorded: boolean
}

/** @throws GymError CONFIG_INVALID, ESTIMATOR_UNKNOWN, and those of anything that cannot be found or opened. */
export async function prepareTraining(cli: Cli, flags: TrainFlags): Promise<PreparedTraining> {
  const settings = await readSettings(cli, settingsOfFlags(flags))
  const options = optionsOf(settings, flags)
  const { request, estimator } = await chosenEstimator(cli, flags)
  const world = await chosenWorld(cli.folder, withQuickWorld(settings, flags))
  const { recipe, shaping } = await shapingOf(cli, settings)
  const out = outOf(cli, settings, flags, world.environment.id)
  const seed = parseSeed(settings.seed ?? 0)
  // What hooks judge with is opened last: nothing fails any more that would leave it open.
  const hooks = await hooksOf(cli, settings)
  const rewardModel = rewardModelOf(flags, request, hooks)
  const setup = {
    ...{ world, hooks, options, shaping, advantages: request, seed },
    ...(settings.split !== undefined && { split: settings.split }),
    ...(flags.evalSplit !== undefined && { evalSplit: flags.evalSplit }),
  }
  return {
    ...{ setup, estimator, rewardModel, out, folder: resolve(cli.folder, out) },
    identity: identityOf(setup, { estimator, options: request.options ?? {}, recipe, rewardModel }),
    isResumed: flags.resume ?? false,
    isRecorded: flags.record ?? false,
  }
}

function outOf(cli: Cli, { out }: Settings, { resume = false }: TrainFlags, environment: string): string {
  if (out !== undefined) return out
  if (resume) throw new GymError('CONFIG_INVALID', 'say with --out which folder has the training to resume')
  return freeFolder(cli.folder, `train-${environment}`)
}

/** What `--quick` trains with, where flags say nothing else. */
const QUICK: Partial<TrainingOptions> = { iterations: 20, tasks: 32, evalEvery: 5, evalTasks: 16, evalEpisodes: 4 }

/** Smaller worlds for `--quick`, of environments whose defaults take longer to learn. */
const QUICK_WORLDS: Readonly<Record<string, JsonObject>> = {
  grid: { size: 4 },
  webshop: { catalogue: { generated: { products: 100 } } },
}

/** What `--quick` needs beside in an environment where success by chance is too rare to learn from. */
const QUICK_STARTS: Readonly<Record<string, Partial<TrainingOptions>>> = { 'tools/retail': { demonstrations: 32 } }

function withQuickWorld(settings: Settings, { quick = false }: TrainFlags): Settings {
  const small = quick && settings.env !== undefined ? QUICK_WORLDS[settings.env] : undefined
  return small === undefined ? settings : { ...settings, options: { ...small, ...settings.options } }
}

function optionsOf(settings: Settings, { quick = false, training = [], ...flags }: TrainFlags): TrainingOptions {
  const { env = '', groups, groupSize, maxSteps } = settings
  const { iterations, learningRate, demonstrations } = flags
  const others = assigned(training)
  if (others === undefined) throw new GymError('CONFIG_INVALID', '--training is KEY=VALUE, such as clip=0.1')
  const chosen = Object.fromEntries(
    Object.entries({ groups, groupSize, maxSteps, iterations, learningRate, demonstrations }).filter(
      ([, value]) => value !== undefined,
    ),
  )
  return trainingOptions({ ...(quick && { ...QUICK, ...QUICK_STARTS[env] }), ...chosen, ...others })
}

async function chosenEstimator(cli: Cli, { estimator: name = 'rloo', options = [] }: TrainFlags) {
  const [request] = await creditRequests(cli.folder, [name], assigned(options) ?? {})
  if (request === undefined) throw new GymError('CONFIG_INVALID', 'say by which estimator: --estimator NAME')
  return { request, estimator: request.estimator.name }
}

/** What `--reward-model` may be. */
export const REWARD_MODELS = ['oprl', 'prime', 'none'] as const

/** Models by the flag; else one for an estimator that reads process rewards which no hook gives. */
function rewardModelOf(
  { rewardModel: method }: TrainFlags,
  { estimator, options = {} }: CreditRequest,
  { turn, process }: HookSet,
): PreparedTraining['rewardModel'] {
  if (method === 'oprl' || method === 'prime') return method
  const signal = { ...estimator.defaults, ...options }.process ?? PROCESS_SIGNAL
  const isRead = estimator.consumes.some((each) => each.startsWith(PROCESS_SIGNAL)) && signal === PROCESS_SIGNAL
  if (!isRead || [...turn, ...process].some(({ name }) => name === PROCESS_SIGNAL)) return null
  if (method === undefined) return estimator.name === 'prime' ? 'prime' : 'oprl'
  throw new GymError(
    'SIGNAL_MISSING',
    `${estimator.name} reads the signal ${PROCESS_SIGNAL} of steps, which no hook gives: leave --reward-model out, or attach a hook of this name`,
  )
}

/** The chosen hooks, with `success` where it is not among them: curves show it. */
async function hooksOf(cli: Cli, { hooks: chosen = [] }: Settings): Promise<HookSet> {
  const success = await hookCatalog({ userFolder: cli.folder }).load(SUCCESS)
  const set = await chosenHooks(cli.folder, { hooks: chosen })
  const all = [...set.turn, ...set.outcome, ...set.process, ...set.group]
  return all.some(({ name }) => name === SUCCESS) ? set : hookSet([...all, success])
}

const SUCCESS = 'success'

async function shapingOf(cli: Cli, { recipe }: Settings) {
  if (recipe === undefined) return { recipe: null, shaping: null }
  const chosen = await chosenRecipe(cli.folder, recipe)
  return { recipe: chosen.json, shaping: { recipe: chosen.recipe } satisfies Shaping }
}

interface Named {
  readonly estimator: string
  readonly options: JsonObject
  readonly recipe: JsonObject[string] | null
  readonly rewardModel: string | null
}

/** What is learnt depends on all of this, and on nothing else but the code. */
function identityOf(
  { world, hooks, seed, split, evalSplit, options }: PreparedTraining['setup'],
  { estimator, options: estimatorOptions, recipe, rewardModel }: Named,
): JsonObject {
  const { iterations: _, ...training } = options
  const { environment, options: environmentOptions, digest } = world
  const named = [...hooks.turn, ...hooks.outcome, ...hooks.process, ...hooks.group].map(
    ({ name, version, options: own = {} }) => ({ name, version, options: own }),
  )
  return {
    environment: { id: environment.id, options: environmentOptions, digest },
    estimator: { name: estimator, options: estimatorOptions },
    ...{ hooks: named, rewardModel, recipe, seed: seed ?? 0, split: split ?? null, evalSplit: evalSplit ?? null },
    training: { ...training },
  }
}
