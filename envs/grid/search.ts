import { idsIn } from './actions.ts'
import type { Level } from './level.ts'
import type { Place } from './state.ts'

/** A search gives up here: such a level is too large to be enumerated. */
const MOST_PLACES = 20_000

/**
 * Number of actions of a shortest solution if no move slips, by breadth-first search; null if there is none within
 * the limit.
 */
export function shortestSolution(level: Level, limit: number): number | null {
  const seen = new Set([placeKey(level.start)])
  let frontier: readonly Place[] = [level.start]
  for (let depth = 1; depth <= limit && frontier.length > 0 && seen.size < MOST_PLACES; depth++) {
    const next = frontier.flatMap((place) => successorsOf(level, place, seen))
    if (next.some((place) => level.outcome(place) === 'solved')) return depth
    frontier = next.filter((place) => level.outcome(place) === 'open')
  }
  return null
}

function successorsOf(level: Level, place: Place, seen: Set<number>): readonly Place[] {
  const found: Place[] = []
  for (const action of idsIn(level.actions(place))) {
    const next = level.after(place, action, 0)
    const key = placeKey(next)
    if (seen.has(key)) continue
    seen.add(key)
    found.push(next)
  }
  return found
}

/** Things are numbers below 256, of which there are at most four; cells are fewer than 2^16. */
const placeKey = ({ at, things }: Place): number => things.reduce((key, thing) => key * 256 + thing, at)
