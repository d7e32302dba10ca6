import type { Rng } from '../../../core/data/rng.ts'
import { type ActionSet, MOVE, only, PUSH } from '../actions.ts'
import {
  type Board,
  boardOf,
  cellsWhere,
  drawCells,
  FLOOR,
  isMove,
  mapWith,
  neighbour,
  seenFrom,
  turned,
  WALL,
  YOU,
} from '../board.ts'
import type { Legend, Level, Slip } from '../level.ts'
import type { Aliasing, GridSettings } from '../options.ts'
import type { Place } from '../state.ts'

/** The usual symbols of Sokoban, except the floor. */
const [BOX, TARGET, BOX_ON_TARGET, YOU_ON_TARGET] = ['$', 'o', '*', '+'] as const
const BOXES = 2
/** Share of cells: rooms without walls have more states, and fewer ways to go wrong. */
const WALLS = 0.2

interface Plan {
  readonly board: Board
  readonly targets: readonly number[]
  readonly aliasing: Aliasing
}

/**
 * Sokoban: push every box onto a target. Boxes can be pushed and never pulled, one at a time, so that a box in a
 * corner stays there, and the episode continues without a way to success. `things`: cells of the boxes, ascending, for
 * boxes are alike.
 */
export function drawSokoban(rng: Rng, { size, aliasing }: GridSettings): Level | null {
  const walls = drawCells(
    rng,
    Array.from({ length: size * size }, (_, cell) => cell),
    Math.round(WALLS * size * size),
  )
  const board = boardOf(size, size, (row, column) => walls?.includes(row * size + column) === true)
  const isInside = (cell: number): boolean => [0, 1, 2, 3].every((side) => isFloor(board, neighbour(board, cell, side)))
  const boxes = drawCells(rng, cellsWhere(board, isInside), BOXES)
  const others = drawCells(
    rng,
    cellsWhere(board, (cell) => boxes?.includes(cell) === false),
    BOXES + 1,
  )
  const [you, ...targets] = others ?? []
  if (boxes === null || you === undefined) return null
  return levelOf({ board, targets, aliasing }, { at: you, things: sorted(boxes) })
}

const sorted = (cells: readonly number[]): readonly number[] => [...cells].sort((a, b) => a - b)
const isFloor = ({ cells }: Board, cell: number): boolean => cells[cell] === FLOOR

function levelOf(plan: Plan, start: Place): Level {
  const { targets } = plan
  const reached = ({ things }: Place): number => things.filter((box) => targets.includes(box)).length
  return {
    signature: mapOf(plan, start).join('\n'),
    goal: 'Push every box onto a target.',
    legend: LEGEND,
    start,
    subGoals: BOXES,
    actions: (place) => actionsAt(plan, place),
    after: (place, action, slip: Slip) =>
      moved(plan, place, turned(isMove(action) ? action - MOVE : action - PUSH, slip)),
    reached,
    outcome: (place) => (reached(place) === BOXES ? 'solved' : 'open'),
    scene: (place, aliasing) => ({ map: seenFrom(plan.board, mapOf(plan, place), place.at, aliasing), says: [] }),
  }
}

/** What is behind a box is out of sight at level 2: one may try. */
function actionsAt({ board, aliasing }: Plan, { at, things }: Place): ActionSet {
  let actions = 0
  for (let direction = 0; direction < 4; direction++) {
    const next = neighbour(board, at, direction)
    if (!things.includes(next)) actions |= isFloor(board, next) ? only(MOVE + direction) : 0
    else if (aliasing === 2 || isFree(board, things, neighbour(board, next, direction)))
      actions |= only(PUSH + direction)
  }
  return actions
}

const isFree = (board: Board, boxes: readonly number[], cell: number): boolean =>
  isFloor(board, cell) && !boxes.includes(cell)

/** A step in a direction, which pushes a box that stands there: a slip may push one, too. */
function moved({ board }: Plan, place: Place, direction: number): Place {
  const { at, things } = place
  const next = neighbour(board, at, direction)
  if (!things.includes(next)) return isFloor(board, next) ? { at: next, things } : place
  const beyond = neighbour(board, next, direction)
  if (!isFree(board, things, beyond)) return place
  return { at: next, things: sorted(things.map((box) => (box === next ? beyond : box))) }
}

function mapOf({ board, targets }: Plan, { at, things }: Place): readonly string[] {
  return mapWith(board, [
    ...targets.map((target) => [target, TARGET] as const),
    ...things.map((box) => [box, targets.includes(box) ? BOX_ON_TARGET : BOX] as const),
    [at, targets.includes(at) ? YOU_ON_TARGET : YOU],
  ])
}

const LEGEND: Legend = {
  [YOU]: { means: 'you', shape: 'you' },
  [BOX]: { means: 'box', shape: 'box' },
  [TARGET]: { means: 'target', shape: 'target' },
  [BOX_ON_TARGET]: { means: 'box on a target', shape: 'box', isOnTarget: true },
  [YOU_ON_TARGET]: { means: 'you on a target', shape: 'you', isOnTarget: true },
  [WALL]: { means: 'wall', shape: 'wall' },
  [FLOOR]: { means: 'floor', shape: 'floor' },
}
