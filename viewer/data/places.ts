import type { Step } from '../../core/data/types.ts'
import type { OpenEpisode, OpenRun } from './open-run.ts'

/** How often the members of a group were at a place, and in which states. */
export interface PlaceCount {
  readonly visits: number
  readonly states: ReadonlySet<string>
}

/** Key of the place of a step: its group, and its anchor `text`. */
export const placeKey = ({ group, id }: Pick<OpenEpisode, 'group' | 'id'>, { anchors }: Step): string =>
  JSON.stringify([group ?? ['alone', id], anchors.text])

/** Places of all groups by `placeKey`. */
export function placesOf({ episodes }: Pick<OpenRun, 'episodes'>): ReadonlyMap<string, PlaceCount> {
  const places = new Map<string, { visits: number; readonly states: Set<string> }>()
  for (const episode of episodes)
    for (const step of episode.path) {
      const key = placeKey(episode, step)
      const place = places.get(key) ?? { visits: 0, states: new Set<string>() }
      place.visits++
      if (step.anchors.state !== undefined) place.states.add(step.anchors.state)
      places.set(key, place)
    }
  return places
}
