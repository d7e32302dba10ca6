import { GymError } from '../data/errors.ts'
import type { Group } from '../data/types.ts'

/** Tasks that are linked, such as two phrasings of one: the number of its set for each of them. */
export type TaskLinks = ReadonlyMap<string, number>

/**
 * Reads sets of linked tasks: a list of lists of at least two ids, each task in one of them.
 * @throws GymError CONFIG_INVALID
 */
export function parseLinks(json: unknown): TaskLinks {
  if (!Array.isArray(json) || json.length === 0) throw invalid('linked tasks are a list of lists of ids of tasks')
  const links = new Map<string, number>()
  for (const [number, set] of json.entries()) {
    if (!Array.isArray(set) || set.length < 2)
      throw invalid(`linked tasks: item ${number} should be a list of two ids or more`)
    for (const id of set) {
      if (typeof id !== 'string' || id === '')
        throw invalid(`linked tasks: item ${number} has an id that should be a text`)
      if (links.has(id)) throw invalid(`linked tasks: ${id} is in two places`)
      links.set(id, number)
    }
  }
  return links
}

/** The sets as `parseLinks` reads them. */
export function setsOf(links: TaskLinks): readonly (readonly string[])[] {
  const sets = new Map<number, string[]>()
  for (const [id, number] of links) sets.set(number, [...(sets.get(number) ?? []), id])
  return [...sets.values()]
}

/**
 * Positions of groups that are judged together, in order of the first: the first groups of the tasks of a set, then the
 * second ones, and so on. Other groups are units of their own.
 * @param taskIds task of each group
 */
export function unitsOf(taskIds: readonly string[], links: TaskLinks): readonly (readonly number[])[] {
  const counts = new Map<string, number>()
  const units = new Map<string, number[]>()
  for (const [at, task] of taskIds.entries()) {
    const [set, round] = [links.get(task), counts.get(task) ?? 0]
    counts.set(task, round + 1)
    const key = set === undefined ? `alone ${at}` : `${set} ${round}`
    units.set(key, [...(units.get(key) ?? []), at])
  }
  return [...units.values()]
}

/** A barrier that the groups of a unit pass together, before the hooks of groups judge them. */
export class GroupBarrier {
  readonly #awaited: Set<number>
  readonly #groups = new Map<number, Group>()
  readonly #waiting: (() => void)[] = []

  /** @param unit positions of the groups that are awaited */
  constructor(unit: readonly number[]) {
    this.#awaited = new Set(unit)
  }

  /** The other groups, in order, once each has joined or left. */
  async join(at: number, group: Group): Promise<readonly Group[]> {
    this.#groups.set(at, group)
    const all = new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.leave(at)
    await all
    return [...this.#groups]
      .flatMap(([other, each]) => (other === at ? [] : [[other, each] as const]))
      .toSorted(([one], [other]) => one - other)
      .map(([, each]) => each)
  }

  /** Says that a group will not join, or has. */
  leave(at: number): void {
    this.#awaited.delete(at)
    if (this.#awaited.size > 0) return
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

const invalid = (message: string): GymError => new GymError('CONFIG_INVALID', message)
