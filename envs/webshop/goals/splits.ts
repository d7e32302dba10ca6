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
 * and options, stay together. It depends on what the goals say, not on their order, prices or any seed. Within a
 * split they are in the order of their ids, so that a place in it says nothing of the product either.
 */
export function splitGoals(goals: readonly Goal[]): GoalSplits {
  const families = familiesOf(goals)
  const size = Math.ceil(goals.length * HELD_OUT)
  const testEnd = familiesFor(size, families, 0, families.length - 2)
  const devEnd = familiesFor(size, families, testEnd, families.length - 1)
  return {
    train: inOrder(families.slice(devEnd)),
    dev: inOrder(families.slice(testEnd, devEnd)),
    test: inOrder(families.slice(0, testEnd)),
  }
}

/** End of the run of whole families from `start` that holds `size` goals; before `limit`, to leave some for the other splits. */
function familiesFor(size: number, families: readonly Goal[][], start: number, limit: number): number {
  let [end, count] = [start, 0]
  while (count < size && end < limit) count += families[end++]?.length ?? 0
  return end
}

const inOrder = (families: readonly Goal[][]): readonly Goal[] =>
  families.flat().sort((left, right) => (left.id < right.id ? -1 : 1))

/** Groups of goals that must not be parted, in the order of the smallest hashes of their content. */
function familiesOf(goals: readonly Goal[]): Goal[][] {
  const families = new Families()
  const words = goals.map(wordsOf)
  for (const [position, goal] of goals.entries()) families.join(words[position] ?? '', contentOf(goal))
  const members = new Map<string, Goal[]>()
  for (const [position, goal] of goals.entries()) {
    const root = families.rootOf(words[position] ?? '')
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
  `words ${wish
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()}`

const contentOf = ({ asin, attributes, goalOptions }: Goal): string =>
  `content ${JSON.stringify([asin, [...attributes].sort(), Object.values(goalOptions).sort()])}`

interface Ranked {
  readonly family: Goal[]
  readonly rank: string
}
const ranked = (family: Goal[]): Ranked => ({ family, rank: family.map(({ contentId }) => contentId).reduce(smaller) })
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
