import type { EpisodeEnded, Failure, GroupClosed, RewardsArrived, StepTaken } from '../arena/events.ts'
import type { Seat } from '../arena/seat.ts'

/** Something that happened in an arena; what is logged at all is in the log by then. */
export type Happening =
  | { readonly kind: 'episode-started'; readonly seat: Seat }
  | ({ readonly kind: 'step-taken' } & StepTaken)
  | ({ readonly kind: 'step-superseded' } & Pick<StepTaken, 'seat' | 'step'>)
  | ({ readonly kind: 'episode-ended' } & EpisodeEnded)
  | ({ readonly kind: 'rewards-arrived' } & RewardsArrived)
  | ({ readonly kind: 'group-closed' } & GroupClosed)
  | ({ readonly kind: 'failed' } & Failure)

export type HappeningKind = Happening['kind']
