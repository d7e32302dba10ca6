import type { Rng } from '../../../core/data/rng.ts'
import { MOVE } from '../actions.ts'
import {
  type Board,
  boardOf,
  cellsWhere,
  drawCells,
  FLOOR,
  mapWith,
  movesFrom,
  neighbour,
  seenFrom,
  turned,
  WALL,
  YOU,
} from '../board.ts'
import type { Legend, Level, Slip } from '../level.ts'
import type { GridSettings } from '../options.ts'
import { NOTHING, type Place } from '../state.ts'

const [FLAG, HOLE] = ['F', 'O'] as const
const HOLES = 0.12

interface Plan {
  readonly board: Board
  readonly holes: readonly number[]
  readonly flag: number
  readonly you: number
}

/**
 * Ice with holes, as in FrozenLake: reach the flag; a hole is the end. Where moves slip, the shortest way along the
 * holes is not the best one. `things` is empty.
 */
export function drawSlippery(rng: Rng, { size }: GridSettings): Level | null {
  const board = boardOf(size, size, () => false)
  const distance = (one: number, other: number): number =>
    Math.abs((one % board.width) - (other % board.width)) +
    Math.abs(Math.floor(one / board.width) - Math.floor(other / board.width))
  const [you, flag] = drawCells(rng, cellsWhere(board, anyCell), 2) ?? []
  if (you === undefined || flag === undefined || distance(you, flag) < size) return null
  const holes = cellsWhere(board, (cell) => cell !== you && cell !== flag).filter(() => rng.chance(HOLES))
  return levelOf({ board, holes, flag, you })
}
const anyCell = (): boolean => true

function levelOf(plan: Plan): Level {
  const { board, holes, flag, you } = plan
  const isFree = (cell: number): boolean => board.cells[cell] !== WALL
  const mapOf = (at: number): readonly string[] =>
    mapWith(board, [...holes.map((hole) => [hole, HOLE] as const), [flag, FLAG], [at, YOU]])
  return {
    signature: mapOf(you).join('\n'),
    goal: 'Reach the flag, and keep out of the holes.',
    legend: LEGEND,
    start: { at: you, things: NOTHING },
    subGoals: 1,
    actions: ({ at }) => movesFrom(board, at, isFree),
    after: ({ at, things }, action, slip: Slip): Place => {
      const cell = neighbour(board, at, turned(action - MOVE, slip))
      return { at: isFree(cell) ? cell : at, things }
    },
    reached: ({ at }) => (at === flag ? 1 : 0),
    outcome: ({ at }) => (at === flag ? 'solved' : holes.includes(at) ? 'failed' : 'open'),
    scene: ({ at }, aliasing) => ({
      map: seenFrom(board, mapOf(at), at, aliasing),
      says: holes.includes(at) ? ['You fell into a hole.'] : [],
    }),
  }
}

const LEGEND: Legend = {
  [YOU]: { means: 'you', shape: 'you' },
  [HOLE]: { means: 'hole', shape: 'hole' },
  [FLAG]: { means: 'flag', shape: 'flag' },
  [WALL]: { means: 'wall', shape: 'wall' },
  [FLOOR]: { means: 'ice', shape: 'floor' },
}
