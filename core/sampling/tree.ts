import { type Branch, isOpen } from './branch.ts'
import type { Player } from './player.ts'

/** Options of tree sampling. */
export interface TreeOptions {
  /** Branches that each branch becomes where it forks, from 2. */
  readonly k: number
  /** Steps before which every open branch forks, counted from 0. */
  readonly at: readonly number[]
  /** Also forks at every step that this divides; 0 for no such rule. */
  readonly every: number
}

/**
 * A tree of rollouts: every branch forks at the chosen steps, and all are played to their end. With a budget, open
 * branches come first: only what is left after one step for each of them is spent on forks.
 */
export async function growTree(root: Branch, player: Player, options: TreeOptions): Promise<readonly Branch[]> {
  const all: Branch[] = [root]
  let open: readonly Branch[] = [root].filter(isOpen)
  for (let depth = 0; open.length > 0; depth++) {
    if (forksAt(depth, options)) {
      const spread = await forked(open, options.k, player.budget.left - open.length)
      all.push(...spread.filter((branch) => !open.includes(branch)))
      open = spread
    }
    open = await player.advance(open)
  }
  return all
}

const forksAt = (depth: number, { at, every }: TreeOptions): boolean =>
  at.includes(depth) || (every > 0 && depth % every === 0)

async function forked(branches: readonly Branch[], k: number, room: number): Promise<readonly Branch[]> {
  const spread: Branch[] = []
  let left = Math.max(0, room)
  for (const branch of branches) {
    const forks = await branch.fork(Math.min(k - 1, left), 'fresh')
    left -= forks.length
    spread.push(branch, ...forks)
  }
  return spread
}
