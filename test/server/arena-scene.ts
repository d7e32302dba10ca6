import { hookSet, type RewardHook } from '../../core/reward.ts'
import { Arena, type ArenaSettings } from '../../server/arena/arena.ts'
import { ANY_EPISODE, type ResetRequest } from '../../server/arena/request.ts'
import type { Seat } from '../../server/arena/seat.ts'
import { dice } from '../core/worlds.ts'

/** An arena that serves dice, and writes nothing down. */
export const arenaOf = (hooks: readonly RewardHook[] = [], settings: Partial<ArenaSettings> = {}): Arena =>
  new Arena({ environments: [{ name: 'dice', load: async () => dice }], hooks: hookSet(hooks), ...settings })

export async function seatIn(arena: Arena, request: Partial<ResetRequest> = {}): Promise<Seat> {
  const realm = await arena.realm('dice')
  return realm.reset({ ...ANY_EPISODE, seed: 7, ...request })
}
