/**
 * The client of a server: over the native dialect with `connect`, over OpenEnv's protocol with `connectOpenEnv`.
 * @module
 */

export type { Retry } from './backoff.ts'
export type { ForkWish, RemoteEpisode } from './episode.ts'
export { RemoteGrove, type RemoteGroveSettings } from './grove.ts'
export { type ConnectSettings, connect, type RemoteGroup, type RemoteGym } from './gym.ts'
export {
  connectOpenEnv,
  type OpenEnvClient,
  type OpenEnvReset,
  type OpenEnvSettings,
} from './openenv.ts'
export type { OpenEnvResult } from './openenv-frames.ts'
export { type Played, type PlayedStep, type PlaySettings, playEpisode } from './play.ts'
export { RemoteRetoldGrove } from './retold-grove.ts'
export { type RemoteGroupWish, rolloutRemote } from './rollout.ts'
export type { RemoteVector, SlotTurn, VectorStepChoice, VectorWish } from './vector.ts'
export type { SlotStep } from './vector-rows.ts'
