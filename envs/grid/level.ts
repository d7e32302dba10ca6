import type { Rng } from '../../core/data/rng.ts'
import type { ActionId, ActionSet } from './actions.ts'
import type { Aliasing, GridSettings } from './options.ts'
import type { Place } from './state.ts'

/** Visible part of a state: text and image are both drawn from this, so that neither shows more than the other. */
export interface Scene {
  /** Rows of the map, a character a cell. */
  readonly map: readonly string[]
  /** What the map cannot say, a sentence each. */
  readonly says: readonly string[]
}

/** What the characters of a map mean, in the order of the legend, and how an image draws them. */
export type Legend = Readonly<Record<string, Tile>>
export interface Tile {
  readonly means: string
  readonly shape: Shape
  /** One of `COLOURS`, of a key or a door. */
  readonly colour?: string
  /** Whether a target lies under it. @default false */
  readonly isOnTarget?: boolean
}

export type Shape = 'you' | 'wall' | 'floor' | 'key' | 'door' | 'flag' | 'box' | 'target' | 'hole' | 'way' | 'unknown'

/** A move as meant (0), or turned to the direction before (-1) or after (1) it. */
export type Slip = -1 | 0 | 1

type Outcome = 'open' | 'solved' | 'failed'

/** The rules of one task: functions of a place, without memory. */
export interface Level {
  /** Equal for levels that are the same to play. */
  readonly signature: string
  /** What the agent is asked to do. */
  readonly goal: string
  readonly legend: Legend
  readonly start: Place
  /** How many sub-goals there are, from 1. All of them: solved. */
  readonly subGoals: number
  /** What does something here, except gestures. Where aliasing hides what that depends on, also what may. */
  actions(place: Place): ActionSet
  /** The place after one of `actions(place)`. */
  after(place: Place, action: ActionId, slip: Slip): Place
  /** Sub-goals that are reached now. */
  reached(place: Place): number
  outcome(place: Place): Outcome
  scene(place: Place, aliasing: Aliasing): Scene
}

/** Draws a level, which need not be solvable; null where the draw yields none. */
export type DrawLevel = (rng: Rng, settings: GridSettings) => Level | null
