import type { Branch } from './branch.ts'
import type { Player } from './player.ts'
import { bestOf, returnOf, returnValue, type ValueFunction, valuesOf } from './values.ts'

/** Plays every branch to its end and returns the finished one with the highest value. */
export async function bestOfAll(
  branches: readonly Branch[],
  player: Player,
  value: ValueFunction,
): Promise<Branch | undefined> {
  if (value === returnValue) return bestByReturn(branches, player)
  const sound = await playedOut(branches, player)
  return bestOf(sound, await valuesOf(sound, value, player))
}

/** The same by return, which need not be recorded: it is the sum of what was. */
export async function bestByReturn(branches: readonly Branch[], player: Player): Promise<Branch | undefined> {
  const sound = await playedOut(branches, player)
  return bestOf(
    sound,
    sound.map(({ path }) => returnOf(path)),
  )
}

/** Plays forks of a branch, one after another, while budget is left, and returns the finished one of highest value. */
export async function bestInTurn(root: Branch, player: Player, value: ValueFunction): Promise<Branch | undefined> {
  while (player.canStep) {
    const [branch] = await root.fork(1, 'fresh')
    if (branch) await player.playToEnd([branch])
    if (branch?.ending === 'aborted') break
  }
  await root.end('truncated', IN_TURN)
  return bestOfAll(player.ended, player, value)
}

/** Why the branch ended that others were forked from. */
const IN_TURN = 'forked'

async function playedOut(branches: readonly Branch[], player: Player): Promise<readonly Branch[]> {
  await player.playToEnd(branches)
  return branches.filter(({ ending, path }) => ending !== 'aborted' && path.length > 0)
}
