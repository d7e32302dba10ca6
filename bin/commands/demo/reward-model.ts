import { resolve } from 'node:path'
import { GymError } from '../../../core/data/errors.ts'
import type { Seed } from '../../../core/data/rng.ts'
import type { Group } from '../../../core/data/types.ts'
import type { EpisodeSettings } from '../../../core/episode/settings.ts'
import { openWorld, type World } from '../../../core/episode/world.ts'
import { closeHooks } from '../../../core/reward/open-hooks.ts'
import { rolloutGroup } from '../../../core/rollout/group.ts'
import { groupSeed } from '../../../core/rollout/group-seed.ts'
import { categoricalNetwork } from '../../../models/networks/categorical.ts'
import { openRuntime, type Runtime } from '../../../models/runtime/runtime.ts'
import { initialWeights } from '../../../models/weights/weights.ts'
import { saveOnlineReward } from '../../../rewards/process/checkpoint.ts'
import { type OnlineReward, openOnlineReward } from '../../../rewards/process/online.ts'
import { policyReader } from '../../../rewards/process/readers.ts'
import type { Cli } from '../../cli.ts'
import type { Settings } from '../../config.ts'
import { chosenAgent, chosenHooks, environmentCatalog } from '../../find.ts'
import type { Painter } from '../../terminal/paint.ts'
import { prepareRollout } from '../rollout/prepare.ts'
import { type RolloutReport, recordRollout } from '../rollout/record.ts'
import { demoTable, toolCallLines } from './print.ts'

const ENV = 'webshop'
/** The web shop's expert, which errs: its evidence says how likely it was to do what it did. */
const AGENT = { reference: 'shop-novice', options: { slips: 0.3 } }
/** A model of this size gains nothing from a GPU, and others take longer to open. */
const DEVICE = 'cpu'
/** Small enough to learn in about a second on a CPU. */
const FEATURES = 1024
const HIDDEN = 8
const MOST_UPDATES = 14
const GROUPS_AN_UPDATE = 2
const GROUP_SIZE = 4
const MOST_GROUPS = 8

/** What is shown of a reward model: what it learnt, and an episode that it judged; or why it is not shown. */
export type ModelShown = { readonly missing: string } | ShownModel

interface ShownModel {
  readonly missing: null
  /** File of the model. */
  readonly file: string
  readonly trainingGroups: number
  /** Duration of the training. */
  readonly seconds: number
  /** Pair accuracy of the last updates, on groups that had not been learnt from; null without a pair. */
  readonly pairAccuracy: number | null
  readonly report: RolloutReport
  readonly sample: Group | null
}

interface Size {
  readonly groups: number
  readonly groupSize: number
  readonly seed: Seed
}

/** Trains a reward model on outcomes of episodes, saves it, and attaches it to a rollout from its file. */
export async function showModel(cli: Cli, out: string, size: Size, signal: AbortSignal): Promise<ModelShown> {
  const file = `${out}-model.safetensors`
  const updates = Math.min(MOST_UPDATES, size.groups)
  const began = performance.now()
  try {
    const pairAccuracy = await trainedModel(cli, resolve(cli.folder, file), updates, signal)
    const seconds = (performance.now() - began) / 1000
    const settings = {
      ...size,
      groups: Math.min(MOST_GROUPS, size.groups),
      out: `${out}-judged`,
      rewardModel: resolve(cli.folder, file),
      device: DEVICE,
    } as const
    return {
      missing: null,
      file,
      trainingGroups: updates * GROUPS_AN_UPDATE,
      seconds,
      pairAccuracy,
      ...(await judgedRollout(cli, settings, signal)),
    }
  } catch (thrown) {
    // Models are optional: everything else of the demo works without them.
    if (thrown instanceof GymError && thrown.code === 'DEVICE_UNAVAILABLE') return { missing: thrown.message }
    throw thrown
  }
}

async function judgedRollout(cli: Cli, settings: Settings, signal: AbortSignal) {
  const hooks = ['success', 'progress'].map((reference) => ({ reference, options: {} }))
  const prepared = await prepareRollout(cli, { ...settings, env: ENV, agent: AGENT, hooks })
  const groups: Group[] = []
  try {
    const report = await recordRollout(prepared, cli, signal, (group) => groups.push(group))
    return { report, sample: groups.find(hasSuccess) ?? groups[0] ?? null }
  } finally {
    await closeHooks(prepared.plan.hooks)
  }
}

const hasSuccess = ({ trajectories: [first] }: Group): boolean =>
  first?.rewards.some(({ name, value }) => name === 'success' && value === 1) ?? false

/** @returns pair accuracy of the last half of the updates */
async function trainedModel(cli: Cli, file: string, updates: number, signal: AbortSignal): Promise<number | null> {
  const runtime = await openRuntime({ device: DEVICE })
  try {
    const online = await newModel(runtime)
    const accuracies = await learnt(cli, online, updates, signal)
    await saveOnlineReward(file, online)
    await online.close()
    const known = accuracies.slice(updates >> 1).filter((each) => each !== null)
    return known.length === 0 ? null : known.reduce((sum, each) => sum + each, 0) / known.length
  } finally {
    await runtime.close()
  }
}

const newModel = (runtime: Runtime): Promise<OnlineReward> => {
  const network = categoricalNetwork({ features: FEATURES, hidden: HIDDEN })
  const reader = policyReader(FEATURES)
  const settings = { runtime, network, reader, loss: 'preference', reference: 'frozen' } as const
  return openOnlineReward({ ...settings, beta: 1, learningRate: 0.03 }, initialWeights(network.weights, 1))
}

async function learnt(
  cli: Cli,
  online: OnlineReward,
  updates: number,
  signal: AbortSignal,
): Promise<readonly (number | null)[]> {
  const environment = await environmentCatalog(cli.folder, {}).load(ENV)
  const world = await openWorld(environment)
  const hooks = await chosenHooks(cli.folder, { hooks: [{ reference: 'success', options: {} }] })
  const { agent } = await chosenAgent(cli.folder, AGENT, environment, environment.maxSteps)
  const settings = { size: GROUP_SIZE, agent, hooks, runKey: 'demo' }
  const accuracies: (number | null)[] = []
  for (let number = 0; number < updates * GROUPS_AN_UPDATE && !signal.aborted; ) {
    const groups: Group[] = []
    while (groups.length < GROUPS_AN_UPDATE)
      groups.push(await rolloutGroup(world, episodeOf(world, ++number), { ...settings, groupId: `${number}` }))
    accuracies.push((await online.update(groups)).heldOut.pairAccuracy)
  }
  return accuracies
}

/** One task after the other, those of the rollout among them. */
function episodeOf({ tasks }: World, number: number): EpisodeSettings {
  const split = tasks.splits[0] ?? ''
  return { task: tasks.at(split, number % tasks.size(split)), seed: groupSeed(SEED, number) }
}

/** Runs of the demo have other seeds. */
const SEED = 2 ** 32

/** What it showed. */
export function modelLinesOf(shown: ModelShown, paint: Painter): readonly string[] {
  if (shown.missing !== null) return [`A reward model is not shown: ${shown.missing}. See npx stepgym doctor.`, '']
  const { file, seconds, pairAccuracy, report, sample } = shown
  const trajectory = sample?.trajectories[0]
  const accuracy = pairAccuracy === null ? '' : `; it ordered ${percent(pairAccuracy)} of new pairs rightly`
  return [
    paint(
      'bold',
      `${report.environment} in this process: a reward model judges every step, learnt from outcomes alone`,
    ),
    `Learnt in ${seconds.toFixed(1)} s from ${shown.trainingGroups} groups of ${GROUP_SIZE} episodes of ${report.agent}${accuracy}.`,
    ...(trajectory ? ['', ...toolCallLines(trajectory)] : []),
    '',
    ...demoTable([report], paint),
    ...report.models,
    `Recorded in ${report.run}; the model is ${file}`,
    '',
  ]
}

const percent = (share: number): string => `${Math.round(100 * share)} %`
