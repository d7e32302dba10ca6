import type { Branch } from '../branch.ts'
import type { Player } from '../player.ts'
import { childrenOf } from './best-first.ts'
import type { CandidateOptions } from './candidates.ts'
import { type SearchNode, type SearchOptions, SearchTree } from './tree.ts'
import { Visited } from './visited.ts'

/** Options of beam search. */
export interface BeamOptions extends SearchOptions, CandidateOptions {
  /** States that are kept after each step, from 1. */
  readonly width: number
}

/**
 * Beam search: each state of the beam is left by each of its actions, and the `width` best of what they lead to are
 * the next beam; with pruning, states of an earlier beam are not among them. It ends when no state of the beam is open, or the budget is used up.
 * @returns The best finished episode.
 * @throws GymError CONFIG_INVALID as `candidatesOf`; FORK_UNSUPPORTED
 */
export async function searchByBeam(root: Branch, player: Player, options: BeamOptions): Promise<Branch | undefined> {
  const tree = new SearchTree(root, player, { ...options, prunes: false })
  const visited = options.prunes ? new Visited() : null
  let beam: readonly SearchNode[] = [tree.root].filter(({ isSolved }) => !isSolved)
  while (player.canStep && beam.length > 0) {
    const next: SearchNode[] = []
    for (const node of beam) next.push(...(await childrenOf(tree, node, options)))
    beam = widest(next.toSorted(byValue), options.width, visited)
  }
  return tree.finish()
}

/** The first `width` that no earlier beam has, nor each other. */
function widest(ranked: readonly SearchNode[], width: number, visited: Visited | null): readonly SearchNode[] {
  const kept: SearchNode[] = []
  for (const node of ranked) if (kept.length < width && !visited?.isNoBetter(node.branch)) kept.push(node)
  return kept
}

/** Highest first; what was not judged comes last, in order. */
const byValue = (one: SearchNode, other: SearchNode): number => {
  if (one.value === other.value) return 0
  return (other.value ?? Number.NEGATIVE_INFINITY) > (one.value ?? Number.NEGATIVE_INFINITY) ? 1 : -1
}
