import type { Rng } from '../../core/data/rng.ts'
import { type ActionSet, includes, MOVE, only } from './actions.ts'
import type { Slip } from './level.ts'

export const WALL = '#'
export const FLOOR = '.'
export const YOU = '@'

/** Cells in rows, walled in all around, so that every cell one can stand on has four neighbours. */
export interface Board {
  readonly width: number
  /** A character a cell. */
  readonly cells: readonly string[]
}

/** @param isWall of the inside, whose rows and columns count from 0. */
export function boardOf(height: number, width: number, isWall: (row: number, column: number) => boolean): Board {
  const cells: string[] = []
  for (let row = -1; row <= height; row++)
    for (let column = -1; column <= width; column++) {
      const isEdge = row < 0 || column < 0 || row === height || column === width
      cells.push(isEdge || isWall(row, column) ? WALL : FLOOR)
    }
  return { width: width + 2, cells }
}

/** The neighbour in a direction: a position in `DIRECTIONS`. */
export function neighbour({ width }: Board, cell: number, direction: number): number {
  switch (direction) {
    case 0:
      return cell - width
    case 1:
      return cell + 1
    case 2:
      return cell + width
    default:
      return cell - 1
  }
}

export const turned = (direction: number, slip: Slip): number => (direction + slip + 4) % 4

/** The moves to neighbours that one can enter. */
export function movesFrom(board: Board, cell: number, isFree: (cell: number) => boolean): ActionSet {
  let moves = 0
  for (let direction = 0; direction < 4; direction++)
    if (isFree(neighbour(board, cell, direction))) moves |= only(MOVE + direction)
  return moves
}

export const isMove = (action: number): boolean => includes(0b1111 << MOVE, action)

export const cellsWhere = ({ cells }: Board, isWanted: (cell: number) => boolean): number[] =>
  [...cells.keys()].filter((cell) => cells[cell] === FLOOR && isWanted(cell))

/** Different cells in random order; null where there are too few. */
export const drawCells = (rng: Rng, cells: readonly number[], count: number): readonly number[] | null =>
  cells.length < count ? null : rng.shuffle(cells).slice(0, count)

/** The map with things on it, the later over the earlier. */
export function mapWith({ width, cells }: Board, things: readonly (readonly [number, string])[]): readonly string[] {
  const drawn = [...cells]
  for (const [cell, symbol] of things) drawn[cell] = symbol
  return Array.from({ length: drawn.length / width }, (_, row) => drawn.slice(row * width, (row + 1) * width).join(''))
}

/** What can be seen at each level of aliasing: all, or this many cells around. */
const RADIUS = [null, 2, 1] as const

/** The part of a map that is seen from a cell; beyond the walls all is wall. */
export function seenFrom(
  { width }: Board,
  map: readonly string[],
  cell: number,
  aliasing: 0 | 1 | 2,
): readonly string[] {
  const radius = RADIUS[aliasing]
  if (radius === null) return map
  const [row, column] = [Math.floor(cell / width), cell % width]
  const around = Array.from({ length: 2 * radius + 1 }, (_, place) => place - radius)
  return around.map((down) => around.map((right) => map[row + down]?.[column + right] ?? WALL).join(''))
}
