/**
 * The kernel: environments as transitions over immutable values, reward hooks by scope, rollouts that pull. It
 * imports nothing but itself and node:crypto.
 * @module
 */

export type { ActionParser, DescribedParser, Problem, StandardSchema } from './action.ts'
export { problem, textAction } from './action.ts'
export type { Agent, AgentContext, Choice, Turn } from './agent.ts'
export type { AgentFactory } from './agent-factory.ts'
export { createAgent, defineAgent } from './agent-factory.ts'
export type { Stem } from './branches.ts'
export { Branches } from './branches.ts'
export { checkAgent } from './check/agent.ts'
export { checkEnvironment } from './check/environment.ts'
export { checkHook } from './check/hook.ts'
export type { CheckResult } from './check/report.ts'
export type { CallEffect } from './effects.ts'
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
} from './environment.ts'
export { defineEnvironment } from './environment.ts'
export type { Episode, Taken } from './episode.ts'
export type { ErrorCode } from './errors.ts'
export { ERROR_CODES, GymError, messageOf } from './errors.ts'
export type { Snapshot } from './fork.ts'
export { fork, replayMoves, restore, snapshotOf, startGroup } from './fork.ts'
export type { GroupSettings } from './group.ts'
export { rolloutGroup } from './group.ts'
export { canonicalJson, fingerprintOf, hashOf, tagOf } from './hash.ts'
export type { MaybePromise } from './later.ts'
export { now } from './later.ts'
export type { ForkLuck } from './lineage.ts'
export type { EpisodeStart, LateReward, RunLog } from './log.ts'
export type { Policy } from './policy.ts'
export { policyAgent } from './policy.ts'
export type {
  GroupHook,
  GroupJudgements,
  HookContext,
  HookSet,
  Judgement,
  OutcomeContext,
  OutcomeHook,
  ProcessHook,
  ProcessJudgements,
  RewardHook,
  TurnContext,
  TurnHook,
} from './reward.ts'
export { defineRewardHook, hookSet, withOptions } from './reward.ts'
export type { Key, Seed } from './rng.ts'
export { parseSeed, Rng } from './rng.ts'
export type { RolloutLimits, RolloutSettings } from './rollout.ts'
export { rollout, runEpisode, turnsOf } from './rollout.ts'
export type { RunSettings } from './run.ts'
export { EpisodeRun } from './run.ts'
export type { EpisodeSettings } from './settings.ts'
export { startEpisode } from './start.ts'
export type { TaskDraft, TaskList, TaskSplits } from './tasks.ts'
export { TaskSet } from './tasks.ts'
export type * from './types.ts'
export type { World } from './world.ts'
export { openWorld } from './world.ts'
