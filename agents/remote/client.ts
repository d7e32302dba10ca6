/**
 * The client of a server: over the native dialect with `connect`, over OpenEnv's protocol with `connectOpenEnv`.
 * @module
 */

export type { Retry } from './backoff.ts'
export { RemoteBranches, type RemoteBranchSettings } from './branches.ts'
export type { RemoteEpisode, RemoteForkOptions } from './episode.ts'
export { type ConnectSettings, connect, type RemoteGroup, type RemoteGym } from './gym.ts'
export {
  connectOpenEnv,
  type OpenEnvClient,
  type OpenEnvReset,
  type OpenEnvSettings,
} from './openenv.ts'
export type { OpenEnvResult } from './openenv-frames.ts'
export { type Played, type PlayedStep, type PlaySettings, playEpisode } from './play.ts'
export { RemoteReplayedBranches } from './replayed-branches.ts'
export { type RemoteGroupSettings, rolloutRemote } from './rollout.ts'
export type { RemoteVector, RemoteVectorOptions, SlotTurn, VectorStepChoice } from './vector.ts'
export type { SlotStep } from './vector-rows.ts'
