import { resolve } from 'node:path'
import { RemoteBranches } from '../../../agents/remote/branches.ts'
import { connect, type RemoteGym } from '../../../agents/remote/gym.ts'
import { RemoteReplayedBranches } from '../../../agents/remote/replayed-branches.ts'
import { rolloutRemote } from '../../../agents/remote/rollout.ts'
import { GymError } from '../../../core/data/errors.ts'
import type { Seed } from '../../../core/data/rng.ts'
import type { Group, Step } from '../../../core/data/types.ts'
import type { GymEvent, PublicTask, ReplyOf } from '../../../core/protocol/index.ts'
import type { Agent, AgentSetting } from '../../../core/rollout/agent.ts'
import { groupSeed } from '../../../core/rollout/group-seed.ts'
import type { RecordedPath } from '../../../core/sampling/intervene.ts'
import { sampleGroup } from '../../../core/sampling/sample.ts'
import { readRun } from '../../../records/index.ts'
import type { Cli } from '../../cli.ts'
import type { Settings } from '../../config.ts'
import { type ChosenRecipe, chosenAgent, chosenRecipe } from '../../find.ts'
import { type DynamicFlags, type DynamicPlan, DynamicSampling, dynamicPlan, inRounds } from './dynamic.ts'
import { episodeBar, groupBar } from './episode-bar.ts'
import { type InterventionFlags, interventionPlan, interventionRequest, recordedWhole } from './intervention.ts'
import { actorOf } from './prepare.ts'
import type { PlayedRemotely, RolloutReport } from './record.ts'
import { chosenSampling, type SamplingPlan } from './sampling.ts'
import { Tally } from './tally.ts'
import { TreeTally } from './tree-tally.ts'

/** A rollout on a server that is connected; nothing is played yet. */
export interface RemotePlan {
  readonly gym: RemoteGym
  /** As it is shown: without a token. */
  readonly server: string
  readonly agent: Agent
  readonly groups: number
  readonly groupSize: number
  /** Null for groups of `groupSize` independent members. */
  readonly sampling: SamplingPlan | null
  /** Null where every group counts. */
  readonly dynamic: DynamicPlan | null
  /** How many the split has, and the first of them. */
  readonly tasks: ReplyOf<'tasks'>
  readonly seed: Seed
  readonly maxSteps: number
  readonly concurrency: number
  readonly recipe: ChosenRecipe | null
}

/** @throws GymError CONFIG_INVALID; those of `connect`; those of anything that cannot be found. */
export async function prepareRemote(
  { folder }: Cli,
  url: string,
  settings: Settings,
  flags: InterventionFlags & DynamicFlags = {},
): Promise<RemotePlan> {
  const request = interventionRequest(settings, flags)
  if (request === null) return connected(folder, url, settings, chosenSampling(settings), flags)
  const recorded = recordedWhole(readRun(resolve(folder, request.from)), request.trajectory)
  const plan = interventionPlan(request, settings.budget ?? null, recorded)
  return connected(folder, url, { ...settings, ...recordedSettings(recorded) }, plan)
}

/** What the recorded trajectory decides. */
const recordedSettings = ({ start: { environment, split, seed, maxSteps } }: RecordedPath): Settings => ({
  ...{ env: environment.replace(/@.*/, ''), split, seed, maxSteps },
  groups: 1,
  groupSize: 1,
})

async function connected(
  folder: string,
  url: string,
  settings: Settings,
  sampling: SamplingPlan | null,
  flags: DynamicFlags = {},
): Promise<RemotePlan> {
  const { env: environment, token, groups = 4, groupSize = 4, seed = 0, concurrency = 1, split } = settings
  const dynamic = dynamicPlan(flags, groups)
  const chosen = actorOf(settings)
  const recipe = settings.recipe === undefined ? null : await chosenRecipe(folder, settings.recipe)
  const gym = await connect(url, {
    ...(token !== undefined && { token }),
    ...(environment !== undefined && { environment }),
  })
  try {
    const { maxSteps = gym.environment.maxSteps } = settings
    const { agent } = await chosenAgent(folder, chosen, gym.environment, maxSteps)
    const tasks = await gym.tasks({ limit: 1, ...(split !== undefined && { split }) })
    if (tasks.total === 0) throw new GymError('TASK_UNKNOWN', `split ${tasks.split} has no tasks`)
    const sized = { groups, groupSize, sampling, dynamic, tasks, seed, maxSteps, concurrency, recipe }
    return { gym, server: gym.address, agent, ...sized }
  } catch (thrown) {
    await gym.close()
    throw thrown
  }
}

/**
 * Rolls out what was prepared on its server, and closes the connection.
 * @throws GymError as `rolloutRemote`
 */
export async function rollOutRemotely(
  plan: RemotePlan,
  { err }: Cli,
  signal: AbortSignal,
  onGroup: (group: Group) => void = () => {},
): Promise<RolloutReport> {
  const { gym, recipe, groups, groupSize, sampling } = plan
  const tally = new Tally(recipe?.recipe ?? null)
  const dynamic = plan.dynamic ? new DynamicSampling(plan.dynamic, groups) : null
  const bar =
    sampling || dynamic ? groupBar(plan.dynamic?.mostGroups ?? groups, err) : episodeBar(groups * groupSize, err)
  const trees = new TreeTally()
  const late = new LateCount(gym.events())
  const began = performance.now()
  try {
    await inRounds(plan, dynamic, signal, async (number, working) => {
      const group = await rolledOut(plan, number, working, bar.onStep)
      dynamic?.add(number, group)
      tally.add(group)
      trees.add(group)
      bar.onGroup()
      onGroup(group)
    })
  } finally {
    bar.clear()
    await gym.close()
  }
  const seconds = (performance.now() - began) / 1000
  const report = reportOf(plan, { server: plan.server, lateRewards: late.count }, tally, seconds, signal.aborted)
  return { ...report, sampling: trees.summary(), dynamic: dynamic?.report() ?? null }
}

async function rolledOut(
  plan: RemotePlan,
  number: number,
  signal: AbortSignal,
  onStep: (step: Pick<Step, 'terminated' | 'truncated'>) => void,
): Promise<Group> {
  const { gym, agent, sampling } = plan
  const { size, ...request } = groupRequest(plan, number)
  if (sampling === null) {
    const setting = await settingOf(gym, request)
    return rolloutRemote(gym, { ...request, size }, { agent, signal, onStep, ...(setting && { setting }) })
  }
  const { source } = sampling
  const settings = { agentName: agent.name, onStep }
  const branchSource = source
    ? new RemoteReplayedBranches(gym, source.recorded, source.at, settings)
    : new RemoteBranches(gym, request, settings)
  return sampleGroup(branchSource, sampling.mode, { agent, budget: sampling.budget, signal })
}

/** What the server says of a task; null where it has none of that number. */
async function settingOf(
  gym: RemoteGym,
  { split, index }: { readonly split: string; readonly index: number },
): Promise<AgentSetting | null> {
  const { id, actionSchema } = gym.environment
  const [task] = (await gym.tasks({ split, offset: index, limit: 1 })).tasks
  return task ? { environment: id, task: task.public, actionSchema } : null
}

function groupRequest({ tasks, groupSize: size, seed, maxSteps }: RemotePlan, number: number) {
  const { split, total } = tasks
  return { split, index: number % total, seed: groupSeed(seed, number), size, maxSteps }
}

/** The task of the first group, with what an agent may know of it. */
export const firstTask = ({ tasks: { tasks } }: RemotePlan): PublicTask | null => tasks[0] ?? null

class LateCount {
  count = 0

  constructor(events: AsyncIterable<GymEvent>) {
    // A session that breaks down says so elsewhere.
    void this.#run(events).catch(() => {})
  }

  async #run(events: AsyncIterable<GymEvent>): Promise<void> {
    for await (const event of events) if (event.type === 'rewards') this.count += event.rewards.length
  }
}

function reportOf(
  { gym, agent, tasks: { split }, seed }: RemotePlan,
  remote: PlayedRemotely,
  tally: Tally,
  seconds: number,
  isInterrupted: boolean,
): Omit<RolloutReport, 'sampling' | 'dynamic'> {
  const summary = tally.summary()
  const identity = { run: null, remote, environment: gym.environment.id, agent: agent.name, split, seed }
  const usage = agent.usage?.() ?? null
  return { ...identity, isInterrupted, summary, usage, models: [], seconds, stepsPerSecond: summary.steps / seconds }
}
