import type { Rng } from '../../../core/data/rng.ts'
import { type Receptacle, type Thing, treatmentsOf } from '../house.ts'
import type { Room } from '../tables/families.ts'
import { type Count, FURNISHINGS } from '../tables/rooms.ts'
import { OPENABLE, RECEPTACLE_OBJECTS, SLICEABLE, TOGGLEABLE } from '../tables/types.ts'

/** How large rooms are, and how much of them is hidden at the start. */
export type Level = 1 | 2 | 3

/** Share of receptacles that can be opened and are open at the start. */
const OPEN_SHARE: Readonly<Record<Level, number>> = { 1: 0.5, 2: 0.15, 3: 0 }
/** Share of receptacles that stand at the place of the one before, if that is of the same type. */
const SHARED_PLACE = 0.2
/** Share of the range of a number of receptacles that a level draws from. */
const FULLNESS: Readonly<Record<Level, number>> = { 1: 0, 2: 0.5, 3: 1 }

/** Place that the agent starts at. */
export const START = 0

/** Receptacles of a room, in the order of texts. */
export function drawReceptacles(rng: Rng, room: Room, level: Level): readonly Receptacle[] {
  const types = Object.entries(FURNISHINGS[room].receptacles).flatMap(([type, count]) =>
    Array.from({ length: drawCount(rng, count, level) }, () => type),
  )
  let place = START
  return numbered(types.toSorted(byType)).map(({ name, type }, at, all) => {
    const isBeside = all[at - 1]?.type === type && rng.chance(SHARED_PLACE)
    if (!isBeside) place++
    const isOpenable = OPENABLE.includes(type)
    return { name, type, location: place, isOpenable, isOpened: isOpenable && rng.chance(OPEN_SHARE[level]) }
  })
}

const drawCount = (rng: Rng, [least, greatest]: Count, level: Level): number =>
  rng.int(least, least + Math.round((greatest - least) * FULLNESS[level]))

/** Names count down within a type, as in games of ALFWorld: the types must come sorted. */
export function numbered(types: readonly string[]): readonly { readonly name: string; readonly type: string }[] {
  const left = new Map<string, number>()
  for (const type of types) left.set(type, (left.get(type) ?? 0) + 1)
  return types.map((type) => {
    const number = left.get(type) ?? 0
    left.set(type, number - 1)
    return { name: `${type.toLowerCase()} ${number}`, type }
  })
}

/** Ids of ALFWorld begin with the type and `_`, and order all lists. */
const byType = (one: string, other: string): number => {
  const [first, second] = [`${one.toLowerCase()}_`, `${other.toLowerCase()}_`]
  return first < second ? -1 : first > second ? 1 : 0
}

/** A type of object and the position of the receptacle that it lies in. */
export interface Placement {
  readonly type: string
  readonly receptacle: number
}

/** Things in the order of texts, where they were put. */
export function thingsOf(placements: readonly Placement[], receptacles: readonly Receptacle[]): readonly Thing[] {
  const sorted = placements.toSorted((one, other) => byType(one.type, other.type))
  return numbered(sorted.map(({ type }) => type)).map(({ name, type }, at) => {
    const receptacle = sorted[at]?.receptacle ?? -1
    return {
      name,
      type,
      receptacle,
      location: receptacles[receptacle]?.location ?? -1,
      isPickupable: !TOGGLEABLE.includes(type),
      isToggleable: TOGGLEABLE.includes(type),
      isSliceable: SLICEABLE.includes(type),
      treatments: treatmentsOf(type),
      isReceptacle: RECEPTACLE_OBJECTS.includes(type),
    }
  })
}
