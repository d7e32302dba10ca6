/**
 * The kernel: environments as transitions over immutable values, reward hooks by scope, rollouts that pull. It
 * imports nothing but itself and node:crypto.
 * @module
 */

export { checkAgent } from './check/agent.ts'
export { checkEnvironment } from './check/environment.ts'
export { checkHook } from './check/hook.ts'
export type { CheckResult, CheckSettings } from './check/report.ts'
export type { ErrorCode } from './data/errors.ts'
export { ERROR_CODES, GymError, messageOf } from './data/errors.ts'
export { canonicalJson, fingerprintOf, hashOf, tagOf } from './data/hash.ts'
export type { MarkupPart } from './data/markup.ts'
export { Markup, markup, visibleText } from './data/markup.ts'
export type { MaybePromise } from './data/maybe-promise.ts'
export { expectSync } from './data/maybe-promise.ts'
export type { Key, Seed } from './data/rng.ts'
export { parseSeed, Rng } from './data/rng.ts'
export type * from './data/types.ts'
export type { UserCodeError } from './data/user-code.ts'
export { fullMessageOf, onFailure } from './data/user-code.ts'
export type { ActionParser, DescribedParser, Problem, StandardSchema } from './episode/action.ts'
export { problem, textAction } from './episode/action.ts'
export type { CallEffect } from './episode/effects.ts'
export type {
  Context,
  Environment,
  EnvironmentSpec,
  ForkKind,
  Grades,
  ResetContext,
  Transition,
  View,
  ViewContext,
  Views,
} from './episode/environment.ts'
export { defineEnvironment } from './episode/environment.ts'
export type { Episode, Taken } from './episode/episode.ts'
export type { Snapshot } from './episode/fork.ts'
export { fork, replayMoves, restore, snapshotOf, startGroup } from './episode/fork.ts'
export type { ForkStream } from './episode/lineage.ts'
export type { EpisodeSettings } from './episode/settings.ts'
export type { Site, SiteContext, SiteFiles, SiteFrame, SitePage } from './episode/site.ts'
export { siteDocument } from './episode/site.ts'
export { startEpisode } from './episode/start.ts'
export type { TaskDraft, TaskList, TaskSplits } from './episode/tasks.ts'
export { TaskSet } from './episode/tasks.ts'
export type { ToolDescription, ToolInterface } from './episode/tool-interface.ts'
export type { World } from './episode/world.ts'
export { openWorld } from './episode/world.ts'
export type {
  GroupHook,
  GroupJudgements,
  HookContext,
  HookSet,
  Judgement,
  OutcomeContext,
  OutcomeHook,
  ProcessContext,
  ProcessHook,
  ProcessJudgements,
  RewardHook,
  TurnContext,
  TurnHook,
} from './reward/hook.ts'
export { defineRewardHook, hookSet, withOptions } from './reward/hook.ts'
export { closeHooks, openHooks } from './reward/open-hooks.ts'
export type { Agent, AgentContext, Choice, Turn } from './rollout/agent.ts'
export type { AgentFactory } from './rollout/agent-factory.ts'
export { createAgent, defineAgent } from './rollout/agent-factory.ts'
export type { SharedPrefix } from './rollout/branches.ts'
export { Branches } from './rollout/branches.ts'
export type { EpisodeRunnerSettings } from './rollout/episode-runner.ts'
export { EpisodeRunner } from './rollout/episode-runner.ts'
export type { GroupSettings } from './rollout/group.ts'
export { rolloutGroup } from './rollout/group.ts'
export type { EpisodeStart, LateReward, RunLog } from './rollout/log.ts'
export type { Policy } from './rollout/policy.ts'
export { policyAgent } from './rollout/policy.ts'
export type { RolloutLimits, RolloutSettings } from './rollout/rollout.ts'
export { rollout, runEpisode, turnsOf } from './rollout/rollout.ts'
