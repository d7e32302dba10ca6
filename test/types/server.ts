import type { Agent, Evidence, Group, GymError, Json, JsonObject, Seed } from 'stepgym'
import {
  type ConnectSettings,
  connect,
  connectOpenEnv,
  type OpenEnvClient,
  type OpenEnvReset,
  type OpenEnvResult,
  type OpenEnvSettings,
  type Played,
  type PlayedStep,
  type PlaySettings,
  playEpisode,
  RemoteBranches,
  type RemoteBranchSettings,
  type RemoteEpisode,
  type RemoteForkOptions,
  type RemoteGroup,
  type RemoteGroupSettings,
  type RemoteGym,
  RemoteReplayedBranches,
  type RemoteVector,
  type RemoteVectorOptions,
  type Retry,
  rolloutRemote,
  type SlotStep,
  type SlotTurn,
  type VectorStepChoice,
} from 'stepgym/remote'
import type { BranchSource } from 'stepgym/sampling'
import {
  catchLateFailures,
  describeLateFailure,
  type GymServer,
  type LateFailure,
  listen,
  type ServerSettings,
} from 'stepgym/server'
import {
  type DatasetSource,
  listenSandbox,
  type SandboxServer,
  type SandboxServerSettings,
} from 'stepgym/server/sandbox'
import { expectTypeOf } from 'vitest'

/** Types of `stepgym/server` and `stepgym/remote`. The compiler checks this file; it is never run. */

expectTypeOf(listen).toEqualTypeOf<(settings: ServerSettings) => Promise<GymServer>>()
expectTypeOf<GymServer['url']>().toEqualTypeOf<string>()
expectTypeOf<GymServer['close']>().toEqualTypeOf<(reason?: string) => Promise<void>>()
// @ts-expect-error: a port is a number
expectTypeOf<{ port: string }>().toExtend<Partial<ServerSettings>>()
expectTypeOf(listenSandbox).toEqualTypeOf<(settings: SandboxServerSettings) => Promise<SandboxServer>>()
expectTypeOf<SandboxServer['url']>().toEqualTypeOf<string>()
expectTypeOf<SandboxServerSettings['datasets']>().toEqualTypeOf<readonly DatasetSource[] | undefined>()
// @ts-expect-error: programs run in a pool
expectTypeOf<Record<never, never>>().toExtend<SandboxServerSettings>()
expectTypeOf(catchLateFailures).toEqualTypeOf<(report: (failure: LateFailure) => void) => () => void>()
expectTypeOf<LateFailure>().toEqualTypeOf<{ readonly owner: string | null; readonly error: unknown }>()
expectTypeOf(describeLateFailure).toEqualTypeOf<(failure: LateFailure) => string>()
// @ts-expect-error: what user code throws can be anything, so it must be examined first
declare const message: LateFailure['error']['message']

declare const gym: RemoteGym
declare const episode: RemoteEpisode
declare const agent: Agent
expectTypeOf(connect).toEqualTypeOf<
  (url: string | readonly string[], settings?: ConnectSettings) => Promise<RemoteGym>
>()
expectTypeOf<ConnectSettings['retry']>().toEqualTypeOf<Partial<Retry> | undefined>()
expectTypeOf<Retry['attempts']>().toEqualTypeOf<number>()
expectTypeOf(gym.reset()).toEqualTypeOf<Promise<RemoteEpisode>>()
expectTypeOf(gym.group).returns.toEqualTypeOf<Promise<RemoteGroup>>()
expectTypeOf<RemoteGroup['episodes']>().toEqualTypeOf<readonly RemoteEpisode[]>()
expectTypeOf(episode.step).parameter(1).toEqualTypeOf<Evidence | undefined>()
expectTypeOf(episode.seed).toEqualTypeOf<Seed | null>()
expectTypeOf(episode.fork).parameter(0).toEqualTypeOf<RemoteForkOptions | undefined>()
expectTypeOf(episode.fork({ count: 2 })).toEqualTypeOf<Promise<readonly RemoteEpisode[]>>()
// @ts-expect-error: what an action is, JSON says
void episode.step(() => 'go')

declare const vector: RemoteVector
expectTypeOf(gym.vector).toEqualTypeOf<(request: RemoteVectorOptions) => Promise<RemoteVector>>()
expectTypeOf(vector.step).parameter(1).toEqualTypeOf<VectorStepChoice | undefined>()
expectTypeOf(vector.step([])).toEqualTypeOf<Promise<readonly SlotTurn[]>>()
expectTypeOf<SlotTurn['step']>().toEqualTypeOf<SlotStep | null>()
expectTypeOf<SlotTurn['error']>().toEqualTypeOf<GymError | null>()
expectTypeOf<SlotStep['actions']>().toEqualTypeOf<readonly Json[] | null>()

expectTypeOf(playEpisode(episode, { agent })).toEqualTypeOf<Promise<Played>>()
expectTypeOf<Played['steps']>().toEqualTypeOf<readonly PlayedStep[]>()
expectTypeOf<Played['agentFailure']>().toEqualTypeOf<GymError | null>()
expectTypeOf<PlaySettings['agent']>().toEqualTypeOf<Agent>()
expectTypeOf(rolloutRemote).parameters.toEqualTypeOf<
  [gym: RemoteGym, request: RemoteGroupSettings, settings: PlaySettings]
>()
expectTypeOf(RemoteBranches).instance.toExtend<BranchSource>()
expectTypeOf(RemoteBranches).constructorParameters.toEqualTypeOf<
  [gym: RemoteGym, request: Omit<RemoteGroupSettings, 'size'>, settings: RemoteBranchSettings]
>()
expectTypeOf(RemoteReplayedBranches).instance.toExtend<BranchSource>()
expectTypeOf<BranchSource['close']>().returns.toEqualTypeOf<Promise<Group>>()

declare const client: OpenEnvClient
expectTypeOf(connectOpenEnv).toEqualTypeOf<(url: string, settings?: OpenEnvSettings) => Promise<OpenEnvClient>>()
expectTypeOf(client.reset).toEqualTypeOf<(data?: OpenEnvReset) => Promise<OpenEnvResult>>()
expectTypeOf(client.step).parameter(0).toEqualTypeOf<JsonObject | string>()
expectTypeOf<OpenEnvResult['reward']>().toEqualTypeOf<number | null>()
