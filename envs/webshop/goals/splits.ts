import { hashOf } from '../../../core/hash.ts'
import type { Goal } from './goal.ts'

export interface GoalSplits {
  readonly train: readonly Goal[]
  readonly dev: readonly Goal[]
  readonly test: readonly Goal[]
}

/** Share of the goals in each of `dev` and `test`. */
const HELD_OUT = 0.1

/**
 * Splits goals so that no two splits share a wish: goals with the same words, or with the same product, attributes
 * and options, stay together. It depends on what the goals say, not on their order, prices or any seed.
 */
export function splitGoals(goals: readonly Goal[]): GoalSplits {
  const families = familiesOf(goals)
  const size = Math.ceil(goals.length * HELD_OUT)
  const test = takeGoals(families, size, 2)
  const dev = takeGoals(families, size, 1)
  return { train: families.flat(), dev, test }
}

/** Takes whole families off the front until there are `size` goals, and leaves some for the other splits. */
function takeGoals(families: Goal[][], size: number, left: number): Goal[] {
  const taken: Goal[] = []
  while (taken.length < size && families.length > left) taken.push(...(families.shift() ?? []))
  return taken
}

/** Groups of goals that must not be parted, in an order that only their content decides. */
function familiesOf(goals: readonly Goal[]): Goal[][] {
  const families = new Families()
  for (const goal of goals) families.join(wordsOf(goal), contentOf(goal))
  const members = new Map<string, Goal[]>()
  for (const goal of goals) {
    const root = families.rootOf(wordsOf(goal))
    const family = members.get(root)
    if (family) family.push(goal)
    else members.set(root, [goal])
  }
  return [...members.values()]
    .map(ranked)
    .sort(byRank)
    .map(({ family }) => family)
}

const wordsOf = ({ wish }: Goal): string =>
  `words ${
    wish
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu)
      ?.join(' ') ?? ''
  }`

const contentOf = ({ asin, attributes, goalOptions }: Goal): string =>
  `content ${JSON.stringify([asin, [...attributes].sort(), Object.values(goalOptions).sort()])}`

interface Ranked {
  readonly family: Goal[]
  readonly rank: string
}
const ranked = (family: Goal[]): Ranked => ({ family, rank: family.map(({ id }) => hashOf(id)).reduce(smaller) })
const smaller = (left: string, right: string): string => (left < right ? left : right)
const byRank = (left: Ranked, right: Ranked): number => (left.rank < right.rank ? -1 : 1)

/** Disjoint sets of keys (Tarjan's union-find with path halving). */
class Families {
  readonly #parents = new Map<string, string>()

  rootOf(key: string): string {
    let at = key
    for (let parent = this.#parents.get(at); parent !== undefined; parent = this.#parents.get(at)) {
      const grandparent = this.#parents.get(parent)
      if (grandparent !== undefined) this.#parents.set(at, grandparent)
      at = parent
    }
    return at
  }

  join(left: string, right: string): void {
    const [a, b] = [this.rootOf(left), this.rootOf(right)]
    if (a !== b) this.#parents.set(a, b)
  }
}
