import type { Choice } from '../../rollout/agent.ts'
import { type Branch, hasPlayedOut, isOpen } from '../branch.ts'
import type { Player } from '../player.ts'
import { bestOf, returnOf, signalOf, type ValueFunction, valuesOf } from '../values.ts'
import { Visited } from './visited.ts'

/** What every kind of search needs. */
export interface SearchOptions {
  /** How good an open branch is, on the scale of returns. */
  readonly value: ValueFunction
  /** What a finished episode is worth: its return, or what the value function says, where the return is not to be known. */
  readonly final: 'return' | 'value'
  /** Whether a state is left alone that was met before, no later and with no lower return. */
  readonly prunes: boolean
}

/** Why a branch ended that a search left where it stood. */
export const SEARCHED = 'searched'

/** Signals of a search, at the step that led to a node: evaluations at and below it, their mean, their greatest. */
export const SEARCH_SIGNALS = { visits: 'search-visits', mean: 'search-value', best: 'search-best' } as const

/** One state of a search: a branch that stands there. */
export class SearchNode {
  readonly branch: Branch
  readonly parent: SearchNode | null
  /** What it was found to be worth itself; null where that could not be judged. */
  readonly value: number | null
  /** Whether nothing more is to be found below it. */
  isSolved: boolean
  /** Evaluations at and below it. */
  visits = 0
  /** Those that gave a value, their sum, and the greatest. */
  judged = 0
  sum = 0
  best = Number.NEGATIVE_INFINITY

  constructor(branch: Branch, parent: SearchNode | null, value: number | null, isSolved: boolean) {
    this.branch = branch
    this.parent = parent
    this.value = value
    this.isSolved = isSolved
  }

  /** Mean of the values at and below it; null where there is none. */
  get mean(): number | null {
    return this.judged === 0 ? null : this.sum / this.judged
  }

  count(value: number | null): void {
    this.visits++
    if (value === null) return
    this.judged++
    this.sum += value
    this.best = Math.max(this.best, value)
  }
}

/** States that a search has met, as branches of one group: each step is taken once, by the branch that it is recorded in. */
export class SearchTree {
  readonly root: SearchNode
  readonly player: Player
  readonly #value: ValueFunction
  readonly #options: SearchOptions
  readonly #visited = new Visited()
  readonly #nodes: SearchNode[] = []

  constructor(root: Branch, player: Player, options: SearchOptions) {
    this.root = new SearchNode(root, null, null, !isOpen(root))
    this.player = player
    this.#options = options
    this.#value = options.final === 'value' ? options.value : returnAtEnd(options.value)
  }

  /** Tries an action from a node, on a fork. @returns Null where the environment broke down, or no step is left. */
  async step(from: SearchNode, choice: Choice): Promise<Branch | null> {
    if (!this.player.canStep) return null
    const [branch] = await from.branch.fork(1, 'fresh')
    if (!branch) return null
    await this.player.take(branch, choice)
    return branch.ending !== 'aborted' && branch.index > from.branch.index ? branch : null
  }

  /** Adds where a branch has arrived, evaluates it, and adds its value up to the root. */
  async add(branch: Branch, parent: SearchNode): Promise<SearchNode> {
    const isKnown = this.#options.prunes && this.#visited.isNoBetter(branch)
    const [value = null] = await valuesOf([branch], this.#value, this.player)
    const node = new SearchNode(branch, parent, value, isKnown || !isOpen(branch))
    this.#nodes.push(node)
    for (let at: SearchNode | null = node; at !== null; at = at.parent) at.count(value)
    return node
  }

  /** Ends every branch and records what was found at each. @returns The best finished episode, the first of equal ones. */
  async finish(): Promise<Branch | undefined> {
    for (const node of this.#nodes) record(node)
    for (const { branch } of [this.root, ...this.#nodes]) await branch.end('truncated', SEARCHED)
    const { ended } = this.player
    return bestOf(ended, await this.#worths(ended))
  }

  /** A node's value is known, and recorded, already. */
  async #worths(branches: readonly Branch[]): Promise<readonly (number | null)[]> {
    if (this.#options.final === 'return') return branches.map(({ path }) => returnOf(path))
    const known = new Map(this.#nodes.map(({ branch, value }) => [branch, value]))
    const worths: (number | null)[] = []
    for (const branch of branches) {
      const value = known.get(branch)
      worths.push(value === undefined ? ((await valuesOf([branch], this.#value, this.player))[0] ?? null) : value)
    }
    return worths
  }
}

const returnAtEnd = (value: ValueFunction): ValueFunction => ({
  name: value.name,
  value: (branch, player) => (hasPlayedOut(branch) ? returnOf(branch.path) : value.value(branch, player)),
})

function record({ branch, visits, mean, best, judged }: SearchNode): void {
  branch.judge(signalOf(SEARCH_SIGNALS.visits, visits))
  branch.judge(signalOf(SEARCH_SIGNALS.mean, mean))
  branch.judge(signalOf(SEARCH_SIGNALS.best, judged === 0 ? null : best))
}
