import type { Branch } from '../branch.ts'
import type { Player } from '../player.ts'
import { type Candidate, type CandidateOptions, candidatesOf } from './candidates.ts'
import { type SearchNode, type SearchOptions, SearchTree } from './tree.ts'

/** Options of Monte Carlo tree search. */
export interface MctsOptions extends SearchOptions, CandidateOptions {
  /** `uct` tries every action once before it compares them; `puct` weighs them by their priors. */
  readonly rule: 'uct' | 'puct'
  /** Weight of what was tried little, in ranges of the values met so far. */
  readonly exploration: number
  /** Most outcomes of one action that are drawn; 1 where an action has one outcome. */
  readonly outcomes: number
}

/** An action of a node, with the states that it was seen to lead to. */
interface Edge {
  readonly candidate: Candidate
  readonly outcomes: Outcome[]
  draws: number
}

interface Outcome {
  readonly node: SearchNode
  /** Draws that led there. */
  count: number
}

/**
 * Monte Carlo tree search. From the root, the action of highest mean value plus exploration is followed to a state that
 * is new, which is evaluated; its value counts for all states on the way. UCT (Kocsis and Szepesvari, 2006): c sqrt(ln N
 * / n); PUCT (AlphaZero, arXiv 1712.01815): c P sqrt(N) / (1 + n). Subtrees that hold nothing new are left out, so that
 * every round costs a step. Where actions have several outcomes, another one is drawn while there are fewer draws than
 * the square root of the visits (progressive widening).
 * @returns The best finished episode, play-outs included.
 * @throws GymError CONFIG_INVALID as `candidatesOf`; FORK_UNSUPPORTED
 */
export async function searchByMcts(root: Branch, player: Player, options: MctsOptions): Promise<Branch | undefined> {
  const search = new Mcts(new SearchTree(root, player, options), options)
  while (player.canStep && !search.tree.root.isSolved) await search.round()
  return search.tree.finish()
}

class Mcts {
  readonly tree: SearchTree
  readonly #options: MctsOptions
  readonly #edges = new Map<SearchNode, readonly Edge[]>()
  #least = Number.POSITIVE_INFINITY
  #most = Number.NEGATIVE_INFINITY

  constructor(tree: SearchTree, options: MctsOptions) {
    this.tree = tree
    this.#options = options
  }

  /** From the root to one new state. It ends early where an action leads to a state that is known, or to nothing. */
  async round(): Promise<void> {
    let node: SearchNode | undefined = this.tree.root
    while (node !== undefined) {
      const edge = this.#best(node, await this.#edgesOf(node))
      if (edge === undefined || this.#isDue(edge)) {
        if (edge) await this.#draw(node, edge)
        this.#settle(node)
        return
      }
      node = nextOf(edge)
    }
  }

  async #edgesOf(node: SearchNode): Promise<readonly Edge[]> {
    const known = this.#edges.get(node)
    if (known) return known
    const candidates = await candidatesOf(node.branch, this.tree.player, this.#options)
    const edges = candidates.map((candidate) => ({ candidate, outcomes: [], draws: 0 }))
    this.#edges.set(node, edges)
    return edges
  }

  async #draw(node: SearchNode, edge: Edge): Promise<void> {
    edge.draws++
    const branch = await this.tree.step(node, edge.candidate.choice)
    if (branch === null) return
    const same = edge.outcomes.find((outcome) => isSameState(outcome.node.branch, branch))
    if (same) same.count++
    else edge.outcomes.push({ node: await this.#added(branch, node), count: 1 })
    if (same) await branch.end('truncated', 'known outcome')
  }

  async #added(branch: Branch, parent: SearchNode): Promise<SearchNode> {
    const node = await this.tree.add(branch, parent)
    if (node.value === null) return node
    this.#least = Math.min(this.#least, node.value)
    this.#most = Math.max(this.#most, node.value)
    return node
  }

  /** The edge to follow, the first of equal ones; undefined where all hold nothing new. */
  #best(node: SearchNode, edges: readonly Edge[]): Edge | undefined {
    let [best, highest]: [Edge | undefined, number] = [undefined, Number.NEGATIVE_INFINITY]
    for (const edge of edges) {
      if (this.#isSpent(edge)) continue
      const score = this.#score(node, edge)
      if (best === undefined || score > highest) [best, highest] = [edge, score]
    }
    return best
  }

  #score({ visits: total, mean: above }: SearchNode, edge: Edge): number {
    const { rule, exploration } = this.#options
    const visits = sumOf(edge, (node) => node.visits)
    const weight = exploration * (this.#most > this.#least ? this.#most - this.#least : 1)
    if (rule === 'uct' && visits === 0) return Number.POSITIVE_INFINITY
    const judged = sumOf(edge, ({ judged }) => judged)
    const mean = judged === 0 ? (above ?? 0) : sumOf(edge, ({ sum }) => sum) / judged
    if (rule === 'puct') return mean + (weight * edge.candidate.prior * Math.sqrt(total)) / (1 + visits)
    return mean + weight * Math.sqrt(Math.log(Math.max(1, total)) / visits)
  }

  /** Whether following it means to draw an outcome. */
  #isDue(edge: Edge): boolean {
    const { draws, outcomes } = edge
    if (draws >= this.#options.outcomes) return false
    return draws ** 2 <= sumOf(edge, ({ visits }) => visits) || outcomes.every(({ node }) => node.isSolved)
  }

  #isSpent({ draws, outcomes }: Edge): boolean {
    return draws >= this.#options.outcomes && outcomes.every(({ node }) => node.isSolved)
  }

  /** What holds nothing new below a node makes the nodes above it hold nothing new. */
  #settle(from: SearchNode): void {
    for (let at: SearchNode | null = from; at !== null; at = at.parent) {
      if (!this.#edges.get(at)?.every((edge) => this.#isSpent(edge))) return
      at.isSolved = true
    }
  }
}

/** The outcome that was followed least for how often it was drawn; undefined where all hold nothing new. */
function nextOf({ outcomes }: Edge): SearchNode | undefined {
  const open = outcomes.filter(({ node }) => !node.isSolved)
  const shares = open.map(({ node, count }) => node.visits / count)
  return open[shares.indexOf(shares.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY))]?.node
}

const isSameState = ({ path: one }: Branch, { path: other }: Branch): boolean => {
  const [step, same] = [one.at(-1), other.at(-1)]
  return (
    step?.nextAnchors.state !== undefined &&
    step.nextAnchors.state === same?.nextAnchors.state &&
    step.terminated === same.terminated &&
    step.rewards[0]?.value === same.rewards[0]?.value
  )
}

const sumOf = ({ outcomes }: Edge, part: (node: SearchNode) => number): number =>
  outcomes.reduce((sum, { node }) => sum + part(node), 0)
