import type { House } from '../house.ts'
import { isMarked, MARKS, TREATMENT_MARKS, thingsIn, type World } from '../state.ts'
import { FAMILIES, type Treatment } from '../tables/families.ts'

/** Conditions of the task that hold now, and how many there are, as ALFRED counts them. */
export interface GoalConditions {
  readonly met: number
  readonly total: number
}

/** Whether the task is solved: a property of the world as it is, so that it can be lost again. */
export const isWon = (house: House, world: World): boolean => {
  const { met, total } = goalConditions(house, world)
  return met === total
}

export function goalConditions(house: House, world: World): GoalConditions {
  const { family } = house.goal
  const { treatment } = FAMILIES[family]
  if (treatment !== null) return treatedInPlace(house, world, treatment)
  if (family === 'look_at_obj_in_light') return inLight(house, world)
  const wanted = family === 'pick_two_obj_and_place' ? 2 : 1
  return { met: Math.min(mostInOnePlace(house, world), wanted), total: wanted }
}

const isWanted = ({ things, goal }: House, thing: number): boolean => things[thing]?.type === goal.object

/** Whether a receptacle is of the type that the task names. */
export const isTarget = ({ receptacles, goal }: House, receptacle: number): boolean =>
  goal.receptacle !== null && receptacles[receptacle]?.type === goal.receptacle

/** The largest number of wanted things in one and the same target. */
function mostInOnePlace(house: House, world: World): number {
  let most = 0
  for (let receptacle = 0; receptacle < house.receptacles.length; receptacle++) {
    if (!isTarget(house, receptacle)) continue
    const wanted = thingsIn(world, receptacle).filter((thing) => isWanted(house, thing))
    most = Math.max(most, wanted.length)
  }
  return most
}

/** One in place, one treated, and one that is both. */
function treatedInPlace(house: House, world: World, treatment: Treatment): GoalConditions {
  const [mark] = TREATMENT_MARKS[treatment]
  let [inPlace, treated, both] = [false, false, false]
  for (let thing = 0; thing < house.things.length; thing++) {
    if (!isWanted(house, thing)) continue
    const isInPlace = isTarget(house, world.inside[thing] ?? -1)
    const isTreated = isMarked(world, thing, mark)
    inPlace ||= isInPlace
    treated ||= isTreated
    both ||= isInPlace && isTreated
  }
  return { met: Number(inPlace) + Number(treated) + Number(both), total: 3 }
}

/** One in hand, and a lamp here that was switched on. */
const inLight = (house: House, world: World): GoalConditions => ({
  met: Number(isWanted(house, world.held)) + Number(lampsHere(house, world).some((lamp) => isOn(world, lamp))),
  total: 2,
})

const isOn = (world: World, lamp: number): boolean => isMarked(world, lamp, MARKS.toggled)

const lampsHere = ({ things, receptacles, goal }: House, { inside, at }: World): readonly number[] =>
  [...things.keys()].filter(
    (lamp) => things[lamp]?.type === goal.lamp && receptacles[inside[lamp] ?? -1]?.location === at,
  )
