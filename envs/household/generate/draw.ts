import type { Rng } from '../../../core/data/rng.ts'
import { type Goal, houseOf, type Receptacle, type Scene, treatmentsOf } from '../house.ts'
import { isWon } from '../rules/goal.ts'
import { startWorld } from '../state.ts'
import { FAMILIES, type FamilyName, type Room } from '../tables/families.ts'
import { FURNISHINGS, LAMP_STANDS } from '../tables/rooms.ts'
import { CAN_HOLD } from '../tables/types.ts'
import { drawReceptacles, type Level, type Placement, START, thingsOf } from './room.ts'

/** Types of objects in a room, and the greatest number of each. */
const KINDS: Readonly<Record<Level, number>> = { 1: 6, 2: 12, 3: 20 }
const MOST_OF_A_KIND: Readonly<Record<Level, number>> = { 1: 1, 2: 2, 3: 3 }

/** Draws a game of a family; null where the draw is of no use: what it asks for cannot be, or is the case already. */
export function drawScene(rng: Rng, family: FamilyName, level: Level): Scene | null {
  const room = rng.choice(FAMILIES[family].rooms)
  const receptacles = drawReceptacles(rng, room, level)
  const goal = drawGoal(rng, family, room, receptacles)
  if (goal === null) return null
  const placements = drawPlacements(rng, room, goal, receptacles, level)
  const things = placements && thingsOf(placements, receptacles)
  if (things === null) return null
  const scene = { goal, text: sayGoal(goal, rng.int(0, 1)), location: START, receptacles, things }
  const house = houseOf(scene)
  return isWon(house, startWorld(house)) ? null : scene
}

const wherever = (type: string, receptacles: readonly Receptacle[]): number[] =>
  [...receptacles.keys()].filter((at) => CAN_HOLD[receptacles[at]?.type ?? '']?.includes(type))

function drawGoal(rng: Rng, family: FamilyName, room: Room, receptacles: readonly Receptacle[]): Goal | null {
  const { treatment } = FAMILIES[family]
  const types = FURNISHINGS[room].objects.filter((type) => treatment === null || treatmentsOf(type).includes(treatment))
  const object = rng.choice(types)
  if (family === 'look_at_obj_in_light') return drawLampGoal(rng, family, object, receptacles)
  const targets = wherever(object, receptacles)
  if (targets.length === 0) return null
  return { family, object, receptacle: receptacles[rng.choice(targets)]?.type ?? null, lamp: null }
}

function drawLampGoal(rng: Rng, family: FamilyName, object: string, receptacles: readonly Receptacle[]): Goal | null {
  const lamps = Object.keys(LAMP_STANDS).filter((lamp) => standsFor(lamp, receptacles).length > 0)
  return lamps.length === 0 ? null : { family, object, receptacle: null, lamp: rng.choice(lamps) }
}

const standsFor = (lamp: string, receptacles: readonly Receptacle[]): number[] =>
  [...receptacles.keys()].filter((at) => LAMP_STANDS[lamp]?.includes(receptacles[at]?.type ?? ''))

/** Where everything lies: what the task needs first, then other kinds; null where something has no place. */
function drawPlacements(
  rng: Rng,
  room: Room,
  goal: Goal,
  receptacles: readonly Receptacle[],
  level: Level,
): readonly Placement[] | null {
  const least = goal.family === 'pick_two_obj_and_place' ? 2 : 1
  const others = rng.shuffle(FURNISHINGS[room].objects.filter((type) => type !== goal.object)).slice(0, KINDS[level])
  const counts = [
    [goal.object, rng.int(least, Math.max(least, MOST_OF_A_KIND[level]))] as const,
    ...others.map((type) => [type, rng.int(1, MOST_OF_A_KIND[level])] as const),
  ]
  const placements = counts.flatMap(([type, count]) => drawPlaces(rng, type, count, wherever(type, receptacles)))
  if (placements.filter(({ type }) => type === goal.object).length < least) return null
  return goal.lamp === null
    ? placements
    : [...placements, ...drawPlaces(rng, goal.lamp, 1, standsFor(goal.lamp, receptacles))]
}

const drawPlaces = (rng: Rng, type: string, count: number, places: readonly number[]): readonly Placement[] =>
  places.length === 0 ? [] : Array.from({ length: count }, () => ({ type, receptacle: rng.choice(places) }))

/** The task as ALFWorld says it, in one of two ways. */
export function sayGoal({ family, object, receptacle, lamp }: Goal, way: number): string {
  const [first, second] = FAMILIES[family].texts
  return (way === 0 ? first : second)
    .replace('{obj}', object.toLowerCase())
    .replace('{recep}', (receptacle ?? '').toLowerCase())
    .replace('{toggle}', (lamp ?? '').toLowerCase())
}
