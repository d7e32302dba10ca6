import type { Branch } from './branch.ts'
import type { Player } from './player.ts'
import { bestOf, type ValueFunction, valuesOf } from './values.ts'

/** Plays every branch to its end and returns the one with the highest value: of those that came to an end. */
export async function bestOfAll(
  branches: readonly Branch[],
  player: Player,
  value: ValueFunction,
): Promise<Branch | undefined> {
  await player.playToEnd(branches)
  const sound = branches.filter(({ ending, path }) => ending !== 'aborted' && path.length > 0)
  return bestOf(sound, await valuesOf(sound, value, player))
}
