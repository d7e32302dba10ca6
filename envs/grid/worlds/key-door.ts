import type { Rng } from '../../../core/data/rng.ts'
import { type ActionSet, COLOURS, MOVE, OPEN, only, TAKE } from '../actions.ts'
import {
  type Board,
  boardOf,
  cellsWhere,
  drawCells,
  FLOOR,
  isMove,
  mapWith,
  movesFrom,
  neighbour,
  seenFrom,
  turned,
  WALL,
  YOU,
} from '../board.ts'
import type { Legend, Level, Scene, Slip, Tile } from '../level.ts'
import type { Aliasing, GridSettings } from '../options.ts'
import type { Place } from '../state.ts'

const [FLAG, LOCKED, UNLOCKED] = ['F', 'D', '/'] as const
const PILLARS = 0.12

/** Cells of one level. `keys[0]` fits the door; the others fit nothing. */
interface Plan {
  readonly board: Board
  readonly door: number
  readonly flag: number
  readonly keys: readonly number[]
  readonly colours: readonly string[]
  readonly you: number
}

/**
 * Two rooms with a locked door between them: take the key of its colour, open it, reach the flag. Other keys lie
 * about; a hand holds one, and who takes another hangs the first back where it was.
 *
 * `things`: the key in hand (0 none, else its number from 1), and whether the door is open (0 or 1). The key stays in
 * the door.
 */
export function drawKeyDoor(rng: Rng, settings: GridSettings): Level | null {
  const plan = drawPlan(rng, settings)
  return plan === null ? null : levelOf(plan, settings.aliasing)
}

function drawPlan(rng: Rng, { size, branching }: GridSettings): Plan | null {
  const room = Math.max(2, Math.ceil(size / 2))
  const doorRow = rng.int(0, size - 1)
  const isPillar = Array.from({ length: size * (2 * room + 1) }, () => rng.chance(PILLARS))
  const isWall = (row: number, column: number): boolean =>
    column === room ? row !== doorRow : isPillar[row * (2 * room + 1) + column] === true
  const board = boardOf(size, 2 * room + 1, isWall)
  const door = (doorRow + 1) * board.width + room + 1
  const columnOf = (cell: number): number => (cell % board.width) - 1
  const left = drawCells(
    rng,
    cellsWhere(board, (cell) => columnOf(cell) < room),
    branching + 2,
  )
  const right = drawCells(
    rng,
    cellsWhere(board, (cell) => columnOf(cell) > room),
    1,
  )
  const [you, ...keys] = left ?? []
  const [flag] = right ?? []
  if (you === undefined || flag === undefined) return null
  return { board, door, flag, keys, colours: rng.shuffle(KEY_COLOURS).slice(0, branching + 1), you }
}
const KEY_COLOURS = COLOURS.slice(0, 4)

const letterOf = (colour: string): string => colour.slice(0, 1)

function levelOf(plan: Plan, aliasing: Aliasing): Level {
  const { board, door, flag, colours, you } = plan
  const map = mapWith(board, [...keysOnMap(plan, START), [door, LOCKED], [flag, FLAG], [you, YOU]])
  return {
    signature: [...map, colours.join()].join('\n'),
    goal: `Take the ${colours[0]} key, open the ${colours[0]} door and reach the flag.`,
    legend: legendOf(colours),
    start: { at: you, things: START },
    subGoals: 3,
    actions: (place) => actionsAt(plan, place, aliasing),
    after: (place, action, slip) => after(plan, place, action, slip),
    reached: ({ at, things: [held, isOpen] }) => (isOpen === 1 ? (at === flag ? 3 : 2) : held === 1 ? 1 : 0),
    outcome: ({ at }) => (at === flag ? 'solved' : 'open'),
    scene: (place, hidden) => sceneOf(plan, place, hidden),
  }
}
const START: readonly number[] = Object.freeze([0, 0])

function legendOf(colours: readonly string[]): Legend {
  const keys = colours.map((colour): [string, Tile] => [
    letterOf(colour),
    { means: `${colour} key`, shape: 'key', colour },
  ])
  const doors = { shape: 'door', colour: colours[0] ?? '' } as const
  return {
    [YOU]: { means: 'you', shape: 'you' },
    ...Object.fromEntries(keys),
    [LOCKED]: { means: `locked ${colours[0]} door`, ...doors },
    [UNLOCKED]: { means: 'open door', shape: 'door' },
    [FLAG]: { means: 'flag', shape: 'flag' },
    [WALL]: { means: 'wall', shape: 'wall' },
    [FLOOR]: { means: 'floor', shape: 'floor' },
  }
}

const isFree = ({ board, door }: Plan, cell: number, isOpen: number | undefined): boolean =>
  board.cells[cell] !== WALL && (cell !== door || isOpen === 1)

function actionsAt(plan: Plan, { at, things: [held, isOpen] }: Place, aliasing: Aliasing): ActionSet {
  let actions = movesFrom(plan.board, at, (cell) => isFree(plan, cell, isOpen))
  if (keyAt(plan, at, held, isOpen) > 0) actions |= only(TAKE)
  const isAtDoor = isOpen !== 1 && [0, 1, 2, 3].some((side) => neighbour(plan.board, at, side) === plan.door)
  if (isAtDoor && (held === 1 || aliasing === 2)) actions |= only(OPEN)
  return actions
}

/** Number of the key that lies here, from 1; else 0. */
function keyAt({ keys }: Plan, cell: number, held: number | undefined, isOpen: number | undefined): number {
  const key = keys.indexOf(cell) + 1
  return key === held || (key === 1 && isOpen === 1) ? 0 : key
}

function after(plan: Plan, place: Place, action: number, slip: Slip): Place {
  const { at, things } = place
  const [held, isOpen] = things
  if (action === TAKE) return { at, things: THINGS[keyAt(plan, at, held, isOpen)]?.[isOpen ?? 0] ?? things }
  if (action === OPEN) return held === 1 ? { at, things: THINGS[0]?.[1] ?? things } : place
  if (!isMove(action)) return place
  const cell = neighbour(plan.board, at, turned(action - MOVE, slip))
  return isFree(plan, cell, isOpen) ? { at: cell, things } : place
}

/** Every key in hand with every door: states share them. */
const THINGS: readonly (readonly (readonly number[])[])[] = [0, 1, 2, 3, 4].map((held) =>
  [0, 1].map((isOpen) => Object.freeze([held, isOpen])),
)

const keysOnMap = (plan: Plan, [held, isOpen]: readonly number[]): (readonly [number, string])[] =>
  plan.keys.flatMap((cell, place) =>
    keyAt(plan, cell, held, isOpen) > 0 ? [[cell, letterOf(plan.colours[place] ?? '')] as const] : [],
  )

function sceneOf(plan: Plan, { at, things }: Place, aliasing: Aliasing): Scene {
  const { board, door, flag, colours } = plan
  const [held = 0, isOpen] = things
  const doorShown = isOpen === 1 ? UNLOCKED : LOCKED
  const map = mapWith(board, [...keysOnMap(plan, things), [door, doorShown], [flag, FLAG], [at, YOU]])
  const here = keyAt(plan, at, held, isOpen)
  const lies = here === 0 ? [] : [`The ${colours[here - 1]} key lies here.`]
  const holds = held === 0 ? 'You hold nothing.' : `You hold the ${colours[held - 1]} key.`
  return { map: seenFrom(board, map, at, aliasing), says: aliasing === 2 ? lies : [...lies, holds] }
}
