import { GymError } from '../../core/data/errors.ts'
import type { Move } from '../../core/data/types.ts'
import type { Episode } from '../../core/episode/episode.ts'
import type { Turn } from '../../core/rollout/agent.ts'

/** State of an episode before a step. It is forked, never continued itself. */
export interface Point {
  readonly episode: Episode
  /** Turns before, as its agent saw them. */
  readonly history: readonly Turn[]
  /** What was done here; null where nothing was yet. */
  readonly move: Move | null
  /** What the environment paid for it; null where it paid nothing yet, or did not judge it. */
  readonly reward: number | null
}

/** A point where something was done. */
export type StepPoint = Point & { readonly move: Move }

/** Names a point in messages. */
export const placeOf = ({ episode }: Pick<Point, 'episode'>): string =>
  `${episode.world.environment.id}, task ${episode.task.id}, step ${episode.index}`

/** @throws GymError EPISODE_ENDED, FORK_UNSUPPORTED: such a point has no other futures. */
export function expectFutures(point: Point): void {
  const { ending, world } = point.episode
  if (ending !== null)
    throw new GymError('EPISODE_ENDED', `${placeOf(point)}: the episode has ${ending} here, and has no other futures`)
  if (world.environment.fork === 'none')
    throw new GymError(
      'FORK_UNSUPPORTED',
      `${world.environment.id} cannot be forked: its step values cannot be found by playing on`,
    )
}

/** @throws GymError CONFIG_INVALID where nothing was done yet. */
export function expectStep(point: Point): StepPoint {
  const { move } = point
  if (move !== null) return { ...point, move }
  throw new GymError('CONFIG_INVALID', `${placeOf(point)}: nothing was done here yet, so there is no step to judge`)
}
