import type { Step } from '../../core/data/types.ts'
import type { OpenEpisode, OpenRun } from './open-run.ts'

/** How often the members of a group were at a place, and in which states. */
export interface PlaceCount {
  readonly visits: number
  readonly states: ReadonlySet<string>
}

/** Places of all groups; an episode of no group has places of its own. */
export class Places {
  readonly #byGroup = new Map<string, Map<string | undefined, Counted>>()

  constructor({ episodes }: Pick<OpenRun, 'episodes'>) {
    for (const episode of episodes) for (const step of episode.path) this.#count(this.#of(episode), step)
  }

  /** The place of a step: its group, and its anchor `text`. */
  at({ group, id }: Pick<OpenEpisode, 'group' | 'id'>, { anchors }: Step): PlaceCount | undefined {
    return this.#byGroup.get(keyOf(group, id))?.get(anchors.text)
  }

  #of({ group, id }: OpenEpisode): Map<string | undefined, Counted> {
    const key = keyOf(group, id)
    const places = this.#byGroup.get(key) ?? new Map<string | undefined, Counted>()
    this.#byGroup.set(key, places)
    return places
  }

  #count(places: Map<string | undefined, Counted>, { anchors }: Step): void {
    const place = places.get(anchors.text) ?? { visits: 0, states: new Set<string>() }
    place.visits++
    if (anchors.state !== undefined) place.states.add(anchors.state)
    places.set(anchors.text, place)
  }
}

interface Counted {
  visits: number
  readonly states: Set<string>
}

const keyOf = (group: string | null, id: string): string => (group === null ? `alone/${id}` : `group/${group}`)
