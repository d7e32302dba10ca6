import { type FamilyName, TREATED_IN, type Treatment } from './tables/families.ts'
import { CAN_HOLD, CLEANABLE, COOLABLE, HEATABLE } from './tables/types.ts'

/** What a task is about: types, null where the family has none. */
export interface Goal {
  readonly family: FamilyName
  readonly object: string
  readonly receptacle: string | null
  readonly lamp: string | null
}

/** Something fixed that holds things: a drawer, a shelf. */
export interface Receptacle {
  /** Type in lower case and a number: `drawer 2`. */
  readonly name: string
  readonly type: string
  /** Number of its place; several may share one. */
  readonly location: number
  readonly isOpenable: boolean
  readonly isOpened: boolean
}

export interface Thing {
  readonly name: string
  readonly type: string
  /** Position of the receptacle it starts in; -1 for none. */
  readonly receptacle: number
  /** Place that it is marked to be at; may differ from its receptacle's. */
  readonly location: number
  readonly isPickupable: boolean
  readonly isToggleable: boolean
  readonly isSliceable: boolean
  /** What can be done to it. */
  readonly treatments: readonly Treatment[]
  /** Whether it is a bowl, box or the like: looked into, never put into. */
  readonly isReceptacle: boolean
}

/** What a game starts as. Both lists are in the order in which texts name their members. */
export interface Scene {
  readonly goal: Goal
  /** How the task is said, without a period. */
  readonly text: string
  /** Number of the place that the agent starts at. */
  readonly location: number
  readonly receptacles: readonly Receptacle[]
  readonly things: readonly Thing[]
}

/** A scene with what its rules look up. Receptacles and things are positions in its lists. */
export interface House extends Scene {
  readonly receptacleNamed: ReadonlyMap<string, number>
  readonly thingNamed: ReadonlyMap<string, number>
  /** Receptacles at a place. */
  receptaclesAt(location: number): readonly number[]
  /** Commands that lead away from a place, in code-point order. */
  waysFrom(location: number): readonly string[]
  /** Whether a thing may be put into a receptacle. */
  fits(thing: number, receptacle: number): boolean
  /** The treatment that a receptacle gives, null for none. */
  treatmentAt(receptacle: number): Treatment | null
}

export function houseOf(scene: Scene): House {
  const { receptacles, things } = scene
  const byPlace = receptaclesByPlace(receptacles)
  const ways = new Map<number, readonly string[]>()
  const treatments = receptacles.map(({ type }) => treatmentIn(type))
  const fitting = receptacles.map(({ type }) => things.map((thing) => CAN_HOLD[type]?.includes(thing.type) ?? false))
  return {
    ...scene,
    receptacleNamed: new Map(receptacles.map(({ name }, position) => [name, position])),
    thingNamed: new Map(things.map(({ name }, position) => [name, position])),
    receptaclesAt: (location) => byPlace.get(location) ?? NOWHERE,
    waysFrom(location) {
      const known = ways.get(location) ?? waysFrom(receptacles, location)
      ways.set(location, known)
      return known
    },
    fits: (thing, receptacle) => fitting[receptacle]?.[thing] ?? false,
    treatmentAt: (receptacle) => treatments[receptacle] ?? null,
  }
}

function receptaclesByPlace(receptacles: readonly Receptacle[]): ReadonlyMap<number, readonly number[]> {
  const byPlace = new Map<number, number[]>()
  receptacles.forEach(({ location }, position) => {
    const here = byPlace.get(location)
    if (here) here.push(position)
    else byPlace.set(location, [position])
  })
  return byPlace
}

const NOWHERE: readonly number[] = []
const TREATMENTS = ['heat', 'cool', 'clean'] as const
const ABLE: Readonly<Record<Treatment, readonly string[]>> = { heat: HEATABLE, cool: COOLABLE, clean: CLEANABLE }

const treatmentIn = (type: string): Treatment | null =>
  TREATMENTS.find((treatment) => TREATED_IN[treatment] === type) ?? null

/** What can be done to objects of a type. */
export const treatmentsOf = (type: string): readonly Treatment[] =>
  TREATMENTS.filter((treatment) => ABLE[treatment].includes(type))

const waysFrom = (receptacles: readonly Receptacle[], here: number): readonly string[] =>
  receptacles.flatMap(({ name, location }) => (location === here ? [] : [`go to ${name}`])).sort()
