import type { Branch } from '../branch.ts'
import type { Player } from '../player.ts'
import { bestOf } from '../values.ts'
import { type CandidateOptions, candidatesOf } from './candidates.ts'
import { type SearchNode, type SearchOptions, SearchTree } from './tree.ts'

/** Options of best-first search. */
export interface BestFirstOptions extends SearchOptions, CandidateOptions {}

/**
 * Best-first search: of all states that were met and not left yet, the one of highest value is left by each of its
 * actions, until the budget is used up or nothing is left.
 * @returns The best finished episode.
 * @throws GymError CONFIG_INVALID as `candidatesOf`; FORK_UNSUPPORTED
 */
export async function searchBestFirst(
  root: Branch,
  player: Player,
  options: BestFirstOptions,
): Promise<Branch | undefined> {
  const tree = new SearchTree(root, player, options)
  const open = new Set([tree.root].filter(({ isSolved }) => !isSolved))
  while (player.canStep && open.size > 0) {
    const nodes = [...open]
    const node = bestOf(
      nodes,
      nodes.map(({ value }) => value),
    )
    if (!node) break
    open.delete(node)
    for (const child of await childrenOf(tree, node, options)) open.add(child)
  }
  return tree.finish()
}

/** Tries every action from a node. @returns Those of its children that can be left again. */
export async function childrenOf(
  tree: SearchTree,
  node: SearchNode,
  options: CandidateOptions,
): Promise<readonly SearchNode[]> {
  const children: SearchNode[] = []
  for (const { choice } of await candidatesOf(node.branch, tree.player, options)) {
    const branch = await tree.step(node, choice)
    if (branch) children.push(await tree.add(branch, node))
  }
  return children.filter(({ isSolved }) => !isSolved)
}
