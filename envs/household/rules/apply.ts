import type { House } from '../house.ts'
import { MARKS, NOTHING, TREATMENT_MARKS, type World } from '../state.ts'
import type { Command } from './commands.ts'

/**
 * The world after an admissible command.
 * @param remembersTaken whether places of things that were taken are kept for the reference's `look`.
 */
export function apply(house: House, world: World, command: Command, remembersTaken: boolean): World {
  switch (command.verb) {
    case 'go':
      return { ...world, at: house.receptacles[command.receptacle]?.location ?? world.at }
    case 'open':
    case 'close':
      return { ...world, opened: world.opened.with(command.receptacle, Number(command.verb === 'open')) }
    case 'take':
      return taken(house, world, command.thing, command.receptacle, remembersTaken)
    case 'move':
      return moved(house, world, command.thing, command.receptacle)
    case 'heat':
    case 'cool':
    case 'clean':
      return marked(world, command.thing, ...TREATMENT_MARKS[command.verb])
    case 'use':
      return marked(world, command.thing, MARKS.toggled, 0)
    case 'slice':
      return marked(world, command.thing, MARKS.sliced, 0)
    default:
      return world
  }
}

function marked(world: World, thing: number, added: number, removed: number): World {
  const marks = ((world.marks[thing] ?? 0) & ~removed) | added
  return marks === world.marks[thing] ? world : { ...world, marks: world.marks.with(thing, marks) }
}

/** This place goes from those that the thing is marked to be at; others stay. */
function taken(house: House, world: World, thing: number, receptacle: number, remembersTaken: boolean): World {
  const { inside, spots } = world
  return {
    ...world,
    held: thing,
    inside: inside.with(thing, -1),
    spots: spots.with(
      thing,
      marksOf(world, thing).filter((place) => place !== world.at),
    ),
    taken: remembersTaken ? [...without(house, world, thing, receptacle), keyOf(house, thing, receptacle)] : NOTHING,
  }
}

const marksOf = ({ spots }: World, thing: number): readonly number[] => spots[thing] ?? NOTHING

function moved(house: House, world: World, thing: number, receptacle: number): World {
  const { inside, spots } = world
  const marks = marksOf(world, thing)
  return {
    ...world,
    held: -1,
    inside: inside.with(thing, receptacle),
    spots: marks.includes(world.at) ? spots : spots.with(thing, [...marks, world.at]),
    taken: without(house, world, thing, receptacle),
  }
}

const keyOf = ({ receptacles }: House, thing: number, receptacle: number): number =>
  thing * receptacles.length + receptacle

/** What was taken, except one thing from one receptacle. */
function without(house: House, world: World, thing: number, receptacle: number): readonly number[] {
  const key = keyOf(house, thing, receptacle)
  return world.taken.includes(key) ? world.taken.filter((other) => other !== key) : world.taken
}

/** How often each thing that is marked to be here was taken from a receptacle here and not put back. */
export function takenHere(house: House, { taken, spots, at }: World): readonly number[] {
  if (taken.length === 0) return NOTHING
  const here = house.receptaclesAt(at)
  return house.things.flatMap((_, thing) =>
    spots[thing]?.includes(at)
      ? here.filter((receptacle) => taken.includes(keyOf(house, thing, receptacle))).map(() => thing)
      : [],
  )
}
