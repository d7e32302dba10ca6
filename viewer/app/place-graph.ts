import type { GroupAnswer } from '../answers.ts'

/** A place of the graph: an anchor, those that are not shown one by one, or how an episode ended. */
export interface GraphNode {
  /** The id of an anchor; below 0 for others and endings. */
  readonly key: number
  readonly kind: 'place' | 'others' | 'ending'
  readonly label: string
  readonly visits: number
  readonly states: number | null
  readonly value: number | null
}

/** Steps from one place to another. */
export interface GraphEdge {
  readonly from: number
  readonly to: number
  readonly count: number
  /** Mean of the numbers of its steps; null where none is known. */
  readonly number: number | null
}

/** Where the members of a group went. */
export interface PlaceGraph {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
  /** Keys of the places where members began. */
  readonly starts: readonly number[]
}

/** More places than this are too many for a picture: then the most visited ones are shown, and the others are one. */
const [MOST_PLACES, SHOWN_PLACES] = [60, 40] as const
const OTHERS = -1

type Numbers = readonly (readonly (number | null)[])[]

/** The graph of a group. @param numbers by member and step, for the shades of edges */
export function placeGraph(answer: GroupAnswer, numbers: Numbers): PlaceGraph {
  const shown = shownPlaces(answer)
  const keyOf = (anchor: number): number => (shown.has(anchor) ? anchor : OTHERS)
  const endings = endingsOf(answer)
  const moves = movesOf(answer, numbers, keyOf, endings.keyOf)
  return {
    nodes: [...placesOf(answer, shown), ...othersOf(answer, shown), ...endings.nodes],
    edges: edgesOf(moves),
    starts: [...new Set(answer.visits.filter(([, index]) => index === 0).map(([, , anchor]) => keyOf(anchor)))],
  }
}

function shownPlaces({ anchors }: GroupAnswer): ReadonlySet<number> {
  const most = anchors.length > MOST_PLACES ? SHOWN_PLACES : anchors.length
  const byVisits = anchors.toSorted((one, other) => other.visits - one.visits)
  return new Set(byVisits.slice(0, most).map(({ id }) => id))
}

const placesOf = ({ anchors }: GroupAnswer, shown: ReadonlySet<number>): readonly GraphNode[] =>
  anchors
    .filter(({ id }) => shown.has(id))
    .map(({ id, label, visits, states, value }) => ({ key: id, kind: 'place', label, visits, states, value }))

function othersOf({ anchors }: GroupAnswer, shown: ReadonlySet<number>): readonly GraphNode[] {
  const others = anchors.filter(({ id }) => !shown.has(id))
  if (others.length === 0) return []
  const visits = others.reduce((sum, each) => sum + each.visits, 0)
  const label = `${others.length} other places`
  return [{ key: OTHERS, kind: 'others', label, visits, states: null, value: null }]
}

/** How members ended, those alike together. */
function endingsOf({ members }: GroupAnswer) {
  const labels = members.map(({ ending, return: earned }) => `${ending}, ${earned === null ? '–' : earned.toFixed(2)}`)
  const kinds = [...new Set(labels)]
  const keyOf = (member: number): number => OTHERS - 1 - kinds.indexOf(labels[member] ?? '')
  const nodes = kinds.map((label, at): GraphNode => {
    const own = members.filter((_, member) => labels[member] === label)
    return {
      ...{ key: OTHERS - 1 - at, kind: 'ending', label, states: null },
      ...{ visits: own.length, value: own[0]?.return ?? null },
    }
  })
  return { nodes, keyOf }
}

interface Move {
  readonly from: number
  readonly to: number
  readonly number: number | null
}

function movesOf(
  { members, visits }: GroupAnswer,
  numbers: Numbers,
  keyOf: (anchor: number) => number,
  endingKey: (member: number) => number,
): readonly Move[] {
  const anchorAt = new Map(visits.map(([member, index, anchor]) => [`${member} ${index}`, anchor]))
  return visits.flatMap(([member, index, anchor]) => {
    const isLast = index === (members[member]?.actions.length ?? 0) - 1
    const next = anchorAt.get(`${member} ${index + 1}`)
    if (!isLast && next === undefined) return []
    const to = next === undefined ? endingKey(member) : keyOf(next)
    return [{ from: keyOf(anchor), to, number: numbers[member]?.[index] ?? null }]
  })
}

function edgesOf(moves: readonly Move[]): readonly GraphEdge[] {
  const byPlaces = new Map<string, Move[]>()
  for (const move of moves) {
    const key = `${move.from} ${move.to}`
    byPlaces.set(key, [...(byPlaces.get(key) ?? []), move])
  }
  return [...byPlaces.values()].map((all) => ({
    from: all[0]?.from ?? 0,
    to: all[0]?.to ?? 0,
    count: all.length,
    number: meanOf(all.map(({ number }) => number)),
  }))
}

/** Mean of what is known; null where nothing is. */
export function meanOf(numbers: readonly (number | null)[]): number | null {
  const known = numbers.filter((number) => number !== null)
  return known.length === 0 ? null : known.reduce((sum, number) => sum + number, 0) / known.length
}
