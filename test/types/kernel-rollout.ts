import {
  type Agent,
  type AgentContext,
  type AgentFactory,
  Branches,
  type Choice,
  closeHooks,
  createAgent,
  defineAgent,
  defineRewardHook,
  type Ending,
  type Episode,
  EpisodeRunner,
  type EpisodeRunnerSettings,
  type EpisodeSettings,
  type EpisodeStart,
  type Evidence,
  type ForkStream,
  fork,
  type Group,
  type GroupHook,
  type GroupJudgements,
  type GroupSettings,
  type HookContext,
  type HookSet,
  hookSet,
  type Json,
  type JsonObject,
  type Judgement,
  type LateReward,
  type MaybePromise,
  type OutcomeContext,
  type OutcomeHook,
  openHooks,
  type Policy,
  type ProcessContext,
  type ProcessHook,
  type ProcessJudgements,
  policyAgent,
  type RewardHook,
  type RolloutLimits,
  type RolloutSettings,
  type RunLog,
  replayMoves,
  restore,
  rollout,
  rolloutGroup,
  runEpisode,
  type SharedPrefix,
  type Snapshot,
  type Step,
  snapshotOf,
  startEpisode,
  startGroup,
  type Taken,
  type Task,
  type Trajectory,
  type Turn,
  type TurnContext,
  type TurnHook,
  turnsOf,
  type World,
  withOptions,
} from 'stepgym'
import { expectTypeOf } from 'vitest'

/** Types of `stepgym` for those who judge, act and roll out. The compiler checks this file; it is never run. */

interface Cell {
  readonly at: number
}
declare const world: World<Cell>
declare const settings: EpisodeSettings
declare const episode: Episode<Cell>

expectTypeOf(startEpisode(world, settings)).toEqualTypeOf<MaybePromise<Episode<Cell>>>()
expectTypeOf<EpisodeSettings['task']>().toEqualTypeOf<Task>()
// @ts-expect-error: an episode is of a task
void startEpisode(world, { seed: 1 })
expectTypeOf(episode.state).toEqualTypeOf<Cell>()
expectTypeOf(episode.ending).toEqualTypeOf<Ending | null>()
expectTypeOf(episode.step('go')).toEqualTypeOf<MaybePromise<Taken>>()
expectTypeOf<Taken['reward']>().toEqualTypeOf<number | null>()
expectTypeOf(fork(episode)).toEqualTypeOf<MaybePromise<Episode<Cell>>>()
expectTypeOf(fork).parameter(1).toEqualTypeOf<ForkStream | undefined>()
expectTypeOf<ForkStream['rng']>().toEqualTypeOf<'fresh' | 'common'>()
expectTypeOf(snapshotOf(episode)).toEqualTypeOf<Snapshot<Cell>>()
expectTypeOf(restore(world, snapshotOf(episode))).toEqualTypeOf<MaybePromise<Episode<Cell>>>()
declare const elsewhere: World<{ readonly page: string }>
// @ts-expect-error: a snapshot is restored in the world that it is of
void restore(elsewhere, snapshotOf(episode))
expectTypeOf(replayMoves<Cell>).returns.toEqualTypeOf<MaybePromise<Episode<Cell>>>()
expectTypeOf(startGroup<Cell>)
  .parameter(2)
  .toEqualTypeOf<number>()

const cost = defineRewardHook({
  name: 'cost',
  version: 1,
  scope: 'turn',
  options: { weight: 1 },
  reward: (step, { options, history }) => {
    expectTypeOf(step).toEqualTypeOf<Step>()
    expectTypeOf(history).toEqualTypeOf<readonly Step[]>()
    return options.weight * history.length
  },
})
expectTypeOf(cost).toEqualTypeOf<TurnHook>()
// @ts-expect-error: a judgement is a number or null
defineRewardHook({ name: 'text', version: 1, scope: 'turn', reward: () => 'good' })
// @ts-expect-error: a process hook says how many steps it takes at once
defineRewardHook({ name: 'model', version: 1, scope: 'process', reward: () => ({ perStep: [] }) })
expectTypeOf<RewardHook>().toEqualTypeOf<TurnHook | OutcomeHook | ProcessHook | GroupHook>()
expectTypeOf<Judgement>().toEqualTypeOf<number | null>()
expectTypeOf<TurnHook['reward']>().toEqualTypeOf<(step: Step, context: TurnContext) => MaybePromise<Judgement>>()
expectTypeOf<OutcomeHook['reward']>().parameters.toEqualTypeOf<[trajectory: Trajectory, context: OutcomeContext]>()
expectTypeOf<ProcessHook['reward']>().returns.toEqualTypeOf<MaybePromise<ProcessJudgements>>()
expectTypeOf<ProcessHook['reward']>().parameter(1).toEqualTypeOf<ProcessContext>()
expectTypeOf<ProcessContext>().toExtend<HookContext>()
expectTypeOf<ProcessContext['groupOf']>().toEqualTypeOf<(step: Step) => string | null>()
expectTypeOf<ProcessJudgements['perStep']>().toEqualTypeOf<readonly Judgement[]>()
expectTypeOf<GroupHook['reward']>().returns.toEqualTypeOf<MaybePromise<GroupJudgements>>()
expectTypeOf<{ readonly perTrajectory: readonly Judgement[] }>().toExtend<GroupJudgements>()
expectTypeOf<Parameters<GroupHook['reward']>[1]['linked']>().toEqualTypeOf<() => readonly Group[]>()
expectTypeOf<GroupJudgements['notes']>().toEqualTypeOf<readonly (JsonObject | null)[] | undefined>()
expectTypeOf<GroupHook['open']>().toEqualTypeOf<((options: JsonObject) => Promise<GroupHook>) | undefined>()
expectTypeOf(hookSet([cost])).toEqualTypeOf<HookSet>()
expectTypeOf(openHooks([cost])).resolves.toEqualTypeOf<HookSet>()
expectTypeOf(closeHooks).toEqualTypeOf<(hooks: Pick<HookSet, 'process' | 'group'>) => Promise<void>>()
expectTypeOf<HookSet['turn']>().toEqualTypeOf<readonly TurnHook[]>()
expectTypeOf(withOptions(cost, { weight: 2 })).toEqualTypeOf<TurnHook>()

const scripted = defineAgent({
  name: 'scripted',
  options: { action: 'go' },
  create: ({ action }) => ({ name: 'scripted', act: () => ({ action }) }),
})
expectTypeOf(scripted).toEqualTypeOf<AgentFactory>()
// @ts-expect-error: an agent returns a choice, not an action
defineAgent({ name: 'bare', create: () => ({ name: 'bare', act: () => 'go' }) })
expectTypeOf(createAgent(scripted)).toEqualTypeOf<MaybePromise<Agent>>()
expectTypeOf<Agent['act']>().toEqualTypeOf<(context: AgentContext) => MaybePromise<Choice>>()
expectTypeOf<AgentContext['history']>().toEqualTypeOf<readonly Turn[]>()
expectTypeOf<AgentContext['actions']>().toEqualTypeOf<readonly Json[] | null>()
expectTypeOf<Choice>().toEqualTypeOf<{ readonly action: Json; readonly evidence?: Evidence }>()
expectTypeOf(policyAgent).toEqualTypeOf<(policy: Policy) => Agent>()
expectTypeOf<Policy['probabilities']>().returns.toEqualTypeOf<ArrayLike<number>>()
expectTypeOf(turnsOf).toEqualTypeOf<(steps: readonly Step[]) => readonly Turn[]>()

declare const agent: Agent
const plan: RolloutSettings = { trajectoryId: 't', agent, hooks: hookSet([]) }
expectTypeOf(runEpisode).parameter(1).toEqualTypeOf<RolloutSettings>()
expectTypeOf(runEpisode).returns.toEqualTypeOf<Promise<Trajectory>>()
expectTypeOf(rollout).returns.toEqualTypeOf<AsyncGenerator<Step, Trajectory>>()
expectTypeOf(plan.limits).toEqualTypeOf<RolloutLimits | undefined>()
expectTypeOf<RolloutLimits['tokens']>().toEqualTypeOf<number | undefined>()
const group: GroupSettings = { groupId: 'g', size: 4, agent, hooks: hookSet([]), runKey: 'k' }
expectTypeOf(rolloutGroup).parameter(2).toEqualTypeOf<GroupSettings>()
expectTypeOf(rolloutGroup(world, settings, group)).toEqualTypeOf<Promise<Group>>()

declare const runnerSettings: EpisodeRunnerSettings
declare const runner: EpisodeRunner
expectTypeOf<EpisodeRunnerSettings['hooks']>().toEqualTypeOf<HookSet>()
expectTypeOf(EpisodeRunner).toBeConstructibleWith(runner.episode, runnerSettings)
expectTypeOf(runner.step).toEqualTypeOf<(action: unknown, given?: Evidence) => MaybePromise<Step>>()
expectTypeOf(runner.end()).toEqualTypeOf<MaybePromise<Trajectory>>()
expectTypeOf(runnerSettings.prefix).toEqualTypeOf<SharedPrefix | undefined>()
expectTypeOf<SharedPrefix['steps']>().toEqualTypeOf<readonly Step[]>()
expectTypeOf(Branches).constructorParameters.toEqualTypeOf<[trajectories: readonly Trajectory[]]>()
expectTypeOf<Branches['wholeOf']>().toEqualTypeOf<(trajectory: Trajectory) => Trajectory>()

expectTypeOf<RunLog['episodeStarted']>().parameters.toEqualTypeOf<[start: EpisodeStart]>()
expectTypeOf<RunLog['rewardsArrived']>().parameters.toEqualTypeOf<[rewards: readonly LateReward[]]>()
expectTypeOf<LateReward['index']>().toEqualTypeOf<number | null>()
expectTypeOf<EpisodeStart['serving']>().toEqualTypeOf<JsonObject | undefined>()
