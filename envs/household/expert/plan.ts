import type { House } from '../house.ts'
import type { Wording } from '../rules/commands.ts'
import { isTarget, isWon } from '../rules/goal.ts'
import { isMarked, MARKS, TREATMENT_MARKS, type World } from '../state.ts'
import { FAMILIES, type Treatment } from '../tables/families.ts'
import { Route } from './route.ts'

/** What a route does. */
type Script = (route: Route) => void

/**
 * A shortest sequence of commands that solves the task from here, for a solver that sees everything: the best of all
 * choices of objects, places and order. Empty where the task is solved.
 * @throws RangeError where it cannot be solved
 */
export function shortestPlan(house: House, world: World, wording: Wording): readonly string[] {
  if (isWon(house, world)) return []
  let best: readonly string[] | null = null
  for (const script of scripts(house, world)) {
    const route = new Route(house, world, wording)
    script(route)
    if (best === null || route.commands.length < best.length) best = route.commands
  }
  if (best === null) throw new RangeError(`the task cannot be solved: ${house.text}`)
  return best
}

/** What is in hand may be used, or put down first. */
function* scripts(house: House, world: World): Generator<Script> {
  const { held } = world
  if (held === -1 || isWanted(house, held)) yield* continuations(house, world)
  if (held === -1) return
  for (const place of positions(house.receptacles)) {
    if (!house.fits(held, place)) continue
    const after = { ...world, held: -1, inside: world.inside.with(held, place) }
    const down: Script = (route) => route.put(held, place)
    if (isWon(house, after)) yield down
    for (const script of continuations(house, after)) yield (route) => script(putDown(route, held, place))
  }
}

const putDown = (route: Route, thing: number, place: number): Route => route.put(thing, place)

/** Ways on with a wanted thing in hand, or nothing. */
function continuations(house: House, world: World): Generator<Script> {
  if (house.goal.family === 'look_at_obj_in_light') return toLamp(house, world)
  if (house.goal.family === 'pick_two_obj_and_place') return two(house, world)
  return one(house, world, FAMILIES[house.goal.family].treatment)
}

const positions = (items: readonly unknown[]): readonly number[] => [...items.keys()]
const isWanted = ({ things, goal }: House, thing: number): boolean => things[thing]?.type === goal.object
const targetsOf = (house: House): readonly number[] => positions(house.receptacles).filter((at) => isTarget(house, at))

/** Wanted things that can be had: the one in hand, else all that can be taken. */
const havable = (house: House, { held, inside }: World): readonly number[] =>
  held === -1
    ? positions(house.things).filter(
        (thing) => isWanted(house, thing) && house.things[thing]?.isPickupable === true && inside[thing] !== -1,
      )
    : [held]

const pickUp = (route: Route, { held, inside }: World, thing: number): Route =>
  held === thing ? route : route.take(thing, inside[thing] ?? -1)

function* one(house: House, world: World, treatment: Treatment | null): Generator<Script> {
  for (const thing of havable(house, world))
    for (const place of treatmentPlaces(house, world, thing, treatment))
      for (const target of targetsOf(house))
        if (house.fits(thing, target))
          yield (route) => {
            pickUp(route, world, thing)
            if (place !== null && treatment !== null) route.treat(thing, treatment, place)
            route.put(thing, target)
          }
}

/** Where a thing can be treated; null alone where it needs no treatment any more. */
function treatmentPlaces(
  house: House,
  world: World,
  thing: number,
  treatment: Treatment | null,
): readonly (number | null)[] {
  if (treatment === null || isMarked(world, thing, TREATMENT_MARKS[treatment][0])) return [null]
  return positions(house.receptacles).filter((place) => house.treatmentAt(place) === treatment)
}

function* toLamp(house: House, world: World): Generator<Script> {
  const lamps = positions(house.things).filter((lamp) => house.things[lamp]?.type === house.goal.lamp)
  for (const thing of havable(house, world))
    for (const lamp of lamps) {
      const place = world.inside[lamp] ?? -1
      if (place === -1) continue
      const isOn = isMarked(world, lamp, MARKS.toggled)
      yield (route) => (isOn ? pickUp(route, world, thing).goTo(place) : pickUp(route, world, thing).use(lamp, place))
    }
}

/** Brings what is missing in one target: at most two things, in either order. */
function* two(house: House, world: World): Generator<Script> {
  const wanted = positions(house.things).filter((thing) => isWanted(house, thing))
  for (const target of targetsOf(house)) {
    const missing = 2 - wanted.filter((thing) => world.inside[thing] === target).length
    for (const first of havable(house, world).filter((thing) => world.inside[thing] !== target)) {
      if (missing < 2) yield (route) => pickUp(route, world, first).put(first, target)
      else yield* withSecond(house, world, first, target)
    }
  }
}

function* withSecond(house: House, world: World, first: number, target: number): Generator<Script> {
  const emptyHanded = { ...world, held: -1 }
  for (const second of havable(house, emptyHanded))
    if (second !== first && world.inside[second] !== target)
      yield (route) => pickUp(pickUp(route, world, first).put(first, target), emptyHanded, second).put(second, target)
}
