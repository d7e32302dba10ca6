import { type ErrorCode, GymError, reasonOf } from '../../../core/data/errors.ts'
import { together } from '../../../core/data/maybe-promise.ts'
import { parseSeed, type Seed } from '../../../core/data/rng.ts'
import type { Group, Step, Trajectory } from '../../../core/data/types.ts'
import type { Episode } from '../../../core/episode/episode.ts'
import type { EpisodeSettings } from '../../../core/episode/settings.ts'
import { startEpisode } from '../../../core/episode/start.ts'
import type { World } from '../../../core/episode/world.ts'
import type { HookSet } from '../../../core/reward/hook.ts'
import type { Agent } from '../../../core/rollout/agent.ts'
import { rolloutGroup } from '../../../core/rollout/group.ts'
import { groupSeed } from '../../../core/rollout/group-seed.ts'
import type { Linked } from '../../../core/rollout/late-rewards.ts'
import { GroupBarrier, type TaskLinks, unitsOf } from '../../../core/rollout/linked.ts'
import type { RunLog } from '../../../core/rollout/log.ts'
import { ReplayedBranches } from '../../../core/sampling/intervene.ts'
import { LocalBranches } from '../../../core/sampling/local-branches.ts'
import { sampleGroup } from '../../../core/sampling/sample.ts'
import { type DynamicPlan, type DynamicSampling, inRounds } from './dynamic.ts'
import { inTurns } from './in-turns.ts'
import type { SamplingPlan } from './sampling.ts'
import { yieldingAgent } from './yielding-agent.ts'

export interface RolloutPlan {
  readonly world: World
  readonly agent: Agent
  readonly hooks: HookSet
  readonly groups: number
  readonly groupSize: number
  /** Group g gets task g of it, starting over where there are more groups than tasks. */
  readonly split: string
  /** Seed of the run; each group has a seed derived from it. */
  readonly seed: Seed
  readonly maxSteps: number
  /** Groups that run concurrently. */
  readonly concurrency: number
  /** Null for groups of `groupSize` independent members. */
  readonly sampling: SamplingPlan | null
  /** Which groups are kept, of more that are sampled; null or left out where every group counts. */
  readonly dynamic?: DynamicPlan | null
  /** Tasks whose groups are judged together; null or left out for none. */
  readonly linked?: TaskLinks | null
}

export interface RolloutTo {
  readonly log: RunLog
  /** Keys the state tags. */
  readonly runKey: string
  readonly signal: AbortSignal
  readonly onStep: (step: Step) => void
  readonly onGroup: (group: Group) => void
  /** Says which groups are kept; null where every group counts. */
  readonly dynamic: DynamicSampling | null
}

/**
 * Rolls out the groups of a plan. An abort ends the episodes in progress as aborted and starts no others. Where a reset
 * fails, the episodes of its group count as aborted, without a step, and have no entry in the record.
 * @throws GymError the first that a group throws (a log that cannot be written, a broken contract); no group is then in
 *   progress.
 */
export function rollOut(plan: RolloutPlan, to: RolloutTo): Promise<void> {
  const agent = yieldingAgent(plan.agent)
  if (plan.linked) return rollOutLinked({ ...plan, agent }, plan.linked, to)
  return inRounds(plan, to.dynamic, to.signal, async (number, signal) => {
    const group = await rollOutGroup({ ...plan, agent }, number, { ...to, signal })
    to.dynamic?.add(number, group)
    to.onGroup(group)
  })
}

/** Rolls out the groups of linked tasks at once, so that they can be judged together. */
function rollOutLinked(plan: RolloutPlan, links: TaskLinks, to: RolloutTo): Promise<void> {
  const units = unitsOf(taskIdsOf(plan), links)
  return inTurns({ groups: units.length, concurrency: plan.concurrency }, to.signal, async (at, signal) => {
    const unit = units[at] ?? []
    const barrier = new GroupBarrier(unit)
    await together(
      unit.map(async (number) => {
        const linked: Linked = (group) => barrier.join(number, group)
        const group = await rollOutGroup(plan, number, { ...to, signal }, linked).finally(() => barrier.leave(number))
        to.onGroup(group)
      }),
    )
  })
}

/** Task of each group. */
export const taskIdsOf = (plan: Starts): readonly string[] =>
  Array.from({ length: plan.groups }, (_, number) => startOf(plan, number).task.id)

/** What the groups of a plan start from. */
type Starts = Pick<RolloutPlan, 'world' | 'groups' | 'split' | 'seed' | 'maxSteps'>

/** An episode at the start of each group, in order. @throws GymError as `startEpisode` */
export async function* startsOf(plan: Starts): AsyncGenerator<Episode> {
  for (let number = 0; number < plan.groups; number++) yield startEpisode(plan.world, startOf(plan, number))
}

function startOf({ world, split, seed, maxSteps }: Starts, number: number): EpisodeSettings {
  const task = world.tasks.at(split, number % world.tasks.size(split))
  return { task, seed: groupSeed(seed, number), maxSteps }
}

function rollOutGroup(plan: RolloutPlan, number: number, to: RolloutTo, linked?: Linked): Promise<Group> {
  const episode = { ...startOf(plan, number), signal: to.signal }
  return playedGroup(plan, `${number}`, episode, { ...to, ...(linked && { linked }) }).catch((thrown: unknown) => {
    if (thrown instanceof GymError && OF_RESET.includes(thrown.code))
      return abortedGroup(plan, `${number}`, episode, reasonOf(thrown))
    throw thrown
  })
}

/** What an environment or something outside did wrong; other codes are about the whole run. */
const OF_RESET: readonly ErrorCode[] = ['EFFECT_FAILED', 'ENV_FAILED', 'ENV_TIMEOUT']

async function playedGroup(
  { world, agent, hooks, groupSize: size, sampling }: RolloutPlan,
  groupId: string,
  episode: EpisodeSettings,
  { log, runKey, signal, onStep, linked }: RolloutTo & { readonly linked?: Linked },
): Promise<Group> {
  const shared = { groupId, hooks, runKey, log, onStep, ...(linked && { linked }) }
  if (sampling === null) return rolloutGroup(world, episode, { ...shared, size, agent })
  const { source } = sampling
  const settings = { ...shared, agentName: agent.name }
  const branchSource = source
    ? new ReplayedBranches(world, source.recorded, source.at, settings)
    : new LocalBranches(world, episode, settings)
  return sampleGroup(branchSource, sampling.mode, { agent, budget: sampling.budget, signal })
}

/** A group whose episodes did not start; one that is sampled has at least one. */
function abortedGroup(
  { world, groupSize, sampling }: RolloutPlan,
  groupId: string,
  { task, seed }: EpisodeSettings,
  endingReason: string,
): Group {
  const identity = { environment: world.environment.id, taskId: task.id }
  const memberOf = (member: number): Trajectory => ({
    ...{ ...identity, id: `${groupId}.${member}`, groupId, seed: parseSeed(seed), member, forkPath: '' },
    ...{ steps: [], ending: 'aborted', endingReason, rewards: [] },
  })
  const aborted = Array.from({ length: sampling === null ? groupSize : 1 }, (_, member) => memberOf(member))
  return { ...identity, id: groupId, startTag: '', trajectories: [], aborted }
}
