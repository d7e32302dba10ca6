import { type Branch, isOpen } from './branch.ts'
import type { Player } from './player.ts'
import { bestOf, returnOf, type ValueFunction, valuesOf } from './values.ts'

/** Options of prefix sampling. */
export interface PrefixOptions {
  /** Continuations of each step of the prefix, from 2. */
  readonly k: number
  /**
   * Continuation that extends the prefix: `policy` the first that was drawn, which is what the agent alone would have
   * done; `greedy` the one with the highest reward of the environment; `best` the one with the highest value.
   */
  readonly commit: 'policy' | 'greedy' | 'best'
  readonly value: ValueFunction
  /** Whether the others are played to their end; else they are truncated after their one step. */
  readonly playOn: boolean
}

/** Ending reason of a continuation that did not extend the prefix. */
export const NOT_COMMITTED = 'not committed'

/**
 * Step-truncated sampling: k continuations of one step each from a shared prefix, one of which extends it. The
 * shape is SLATE's, whose rule of committing was not established, so that there is a choice of rules.
 * @returns The prefix when it has ended.
 */
export async function samplePrefix(root: Branch, player: Player, options: PrefixOptions): Promise<Branch> {
  const others: Branch[] = []
  let prefix = root
  while (isOpen(prefix)) {
    const width = Math.min(options.k, player.budget.left)
    const candidates = [prefix, ...(await prefix.fork(Math.max(0, width - 1), 'fresh'))]
    const before = prefix.index
    await player.advance(candidates)
    const sound = candidates.filter(({ ending, index }) => ending !== 'aborted' && index > before)
    const committed = await committedOf(sound, player, options)
    for (const candidate of candidates) if (candidate !== committed) others.push(candidate)
    if (!options.playOn) await cut(others.splice(0))
    if (committed === undefined) break
    prefix = committed
  }
  await player.playToEnd(others)
  return prefix
}

/** Undefined where none has taken its step. */
async function committedOf(
  sound: readonly Branch[],
  player: Player,
  { commit, value }: PrefixOptions,
): Promise<Branch | undefined> {
  if (commit === 'policy' || sound.length < 2) return sound[0]
  if (commit === 'greedy')
    return bestOf(
      sound,
      sound.map(({ path }) => returnOf(path.slice(-1))),
    )
  return bestOf(sound, await valuesOf(sound, value, player))
}

async function cut(branches: readonly Branch[]): Promise<void> {
  for (const branch of branches) await branch.end('truncated', NOT_COMMITTED)
}
