import type { EpisodeEnded, Failure, GroupClosed, RewardsArrived, StepTaken } from '../hosting/events.ts'
import type { ServedEpisode } from '../hosting/served-episode.ts'

/** Something that happened in a host; what is logged at all is in the log by then. */
export type ServerEvent =
  | { readonly kind: 'episode-started'; readonly episode: ServedEpisode }
  | ({ readonly kind: 'step-taken' } & StepTaken)
  | ({ readonly kind: 'step-superseded' } & Pick<StepTaken, 'episode' | 'step'>)
  | ({ readonly kind: 'episode-ended' } & EpisodeEnded)
  | ({ readonly kind: 'rewards-arrived' } & RewardsArrived)
  | ({ readonly kind: 'group-closed' } & GroupClosed)
  | ({ readonly kind: 'failed' } & Failure)

export type ServerEventKind = ServerEvent['kind']
