import type { House } from './house.ts'
import type { Treatment } from './tables/families.ts'

/** What can be said of a thing, a bit each. */
export const MARKS = { hot: 1, cool: 2, clean: 4, toggled: 8, sliced: 16 } as const

/** Where everything is that can change. Things and receptacles are positions in the lists of the house. */
export interface World {
  /** Number of the place that the agent is at. */
  readonly at: number
  /** The thing in hand, -1 for none. */
  readonly held: number
  /** The receptacle that each thing is in, -1 for none. */
  readonly inside: readonly number[]
  /**
   * The places that each thing is marked to be at. Where a record has it in a receptacle elsewhere, the reference leaves
   * that mark and adds others.
   */
  readonly spots: readonly (readonly number[])[]
  /** What each thing is: a sum of `MARKS`. */
  readonly marks: readonly number[]
  /** Whether each receptacle is open, 0 or 1. */
  readonly opened: readonly number[]
  /**
   * Where the reference's text still sees things that were taken and not put back: `thing * receptacles + receptacle`.
   * Always empty by the default rules.
   */
  readonly taken: readonly number[]
}

/** A turn that a prompt shows: the observation before an action, and the action. */
export interface Turn {
  readonly observation: string
  readonly action: string
}

/** One moment of an episode. */
export interface HouseState extends World {
  /** Number of the task. */
  readonly house: number
  /** What the last command answered; null before the first. */
  readonly said: string | null
  /** Turns taken and the last of them, where prompts show them; else 0 and none. */
  readonly turns: number
  readonly history: readonly Turn[]
}

export const NOTHING: readonly never[] = Object.freeze([])

export const startWorld = ({ location, things, receptacles }: House): World => ({
  at: location,
  held: -1,
  inside: things.map(({ receptacle }) => receptacle),
  spots: things.map((thing) => [thing.location]),
  marks: things.map(() => 0),
  opened: receptacles.map(({ isOpened }) => Number(isOpened)),
  taken: NOTHING,
})

/** The mark that a treatment leaves, and the one that it removes. */
export const TREATMENT_MARKS: Readonly<Record<Treatment, readonly [added: number, removed: number]>> = {
  heat: [MARKS.hot, MARKS.cool],
  cool: [MARKS.cool, MARKS.hot],
  clean: [MARKS.clean, 0],
}

export const isMarked = ({ marks }: World, thing: number, mark: number): boolean => ((marks[thing] ?? 0) & mark) !== 0

/** Whether a receptacle can be looked and reached into: it is open, or has nothing to open. */
export const isReachable = ({ receptacles }: House, { opened }: World, receptacle: number): boolean =>
  receptacles[receptacle]?.isOpenable !== true || opened[receptacle] === 1

/** Things in a receptacle, in the order in which texts name them. */
export function thingsIn({ inside }: World, receptacle: number): readonly number[] {
  const found: number[] = []
  for (let thing = 0; thing < inside.length; thing++) if (inside[thing] === receptacle) found.push(thing)
  return found
}
