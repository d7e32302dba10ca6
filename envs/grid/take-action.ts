import type { Rng } from '../../core/data/rng.ts'
import type { Transition } from '../../core/episode/environment.ts'
import { type ActionId, type ActionSet, gestures, includes, isGesture, OPEN, only, TAKE, WAIT } from './actions.ts'
import type { Level, Slip } from './level.ts'
import type { GridSettings } from './options.ts'
import { type Account, collect, settle } from './rewards.ts'
import type { GridState, Place } from './state.ts'

/** What does something in a state. After a success one can only wait for what is still owed. */
export function admissible(level: Level, state: GridState, { branching }: GridSettings): ActionSet {
  return level.outcome(state) === 'open' ? level.actions(state) | gestures(branching) : only(WAIT)
}

/** One action, with at most two draws: whether a move slips, and to which side. */
export function takeAction(
  level: Level,
  state: GridState,
  action: ActionId,
  rng: Rng,
  settings: GridSettings,
): Transition<GridState> {
  if (level.outcome(state) !== 'open') return afterSuccess(level, state, action, settings)
  const isActionValid = includes(admissible(level, state, settings), action)
  const doesMove = isActionValid && !isGesture(action)
  const place = doesMove ? level.after(state, action, slipOf(action, rng, settings)) : state
  const account = settle(level, state, place, settings)
  return transitionOf(level, state, place, account, isActionValid)
}

/** A draw only where there is something to draw: an enumeration follows each. */
function slipOf(action: ActionId, rng: Rng, { noise }: GridSettings): Slip {
  if (noise === 0 || action === TAKE || action === OPEN || !rng.chance(noise)) return 0
  return rng.chance(0.5) ? 1 : -1
}

const afterSuccess = (level: Level, state: GridState, action: ActionId, settings: GridSettings) =>
  transitionOf(level, state, state, collect(state, level, settings), action === WAIT)

function transitionOf(
  { outcome }: Level,
  { level }: GridState,
  place: Place,
  { best, owed, paid }: Account,
  isActionValid: boolean,
): Transition<GridState> {
  const state = { level, at: place.at, things: place.things, best, owed, isIdle: !isActionValid }
  const terminated = outcome(place) !== 'open' && owed.length === 0
  return { state, reward: paid, terminated, isActionValid }
}
