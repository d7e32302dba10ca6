import { someMatrix } from '../inputs.ts'
import type { DrawOperation, Family } from '../operation.ts'

const rotateMatrix: DrawOperation = () => ({
  name: 'rotate_matrix',
  takes: 'matrix',
  gives: 'matrix',
  does: 'Takes a matrix as a list of rows of equal length. Returns it turned by a quarter to the right: its first column, read upwards, becomes the first row.',
  source: `def rotate_matrix(rows):
    return [list(column) for column in zip(*rows[::-1])]
`,
  mutations: [
    ['rows[::-1]', 'rows'],
    ['[list(column) for column in zip(*rows[::-1])]', '[list(column) for column in zip(*rows)][::-1]'],
  ],
  run: (rows: number[][]) => (rows[0] ?? []).map((_, column) => rows.map((row) => row[column] ?? 0).reverse()),
  input: someMatrix,
  edges: [
    [],
    [[1]],
    [[1, 2, 3]],
    [[1], [2]],
    [
      [1, 2],
      [3, 4],
    ],
  ],
})

const spiral: DrawOperation = () => ({
  name: 'spiral',
  takes: 'matrix',
  gives: 'ints',
  does: 'Takes a matrix as a list of rows of equal length. Returns its numbers in the order of a spiral that starts at the upper left, goes to the right first, and ends inside.',
  source: `def spiral(rows):
    rows = [list(row) for row in rows]
    order = []
    while rows:
        order += rows.pop(0)
        rows = [list(column) for column in zip(*rows)][::-1]
    return order
`,
  mutations: [
    ['[::-1]', ''],
    ['while rows:', 'if rows:'],
  ],
  run(rows: number[][]): number[] {
    const walk = ([first, ...rest]: number[][]): number[] =>
      first === undefined
        ? []
        : [...first, ...walk((rest[0] ?? []).map((_, at) => rest.map((row) => row[at] ?? 0)).reverse())]
    return walk(rows)
  },
  input: someMatrix,
  edges: [
    [],
    [[7]],
    [
      [1, 2],
      [3, 4],
    ],
    [
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ],
    [[1], [2], [3]],
  ],
})

const countIslands: DrawOperation = (rng) => {
  const least = rng.int(2, 5)
  return {
    name: 'count_islands',
    takes: 'matrix',
    gives: 'number',
    does: `Takes a matrix as a list of rows of equal length. Returns the number of its islands: an island is a cell of at least ${least}, with all such cells that can be reached from it up, down, left and right through such cells.`,
    source: `def count_islands(rows):
    land = {(y, x) for y, row in enumerate(rows) for x, cell in enumerate(row) if cell >= ${least}}
    count = 0
    while land:
        count += 1
        reached = [land.pop()]
        while reached:
            y, x = reached.pop()
            for near in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
                if near in land:
                    land.remove(near)
                    reached.append(near)
    return count
`,
    mutations: [
      [`cell >= ${least}`, `cell > ${least}`],
      ['(y - 1, x), (y + 1, x), ', ''],
      ['(y, x + 1))', '(y, x + 1), (y + 1, x + 1), (y - 1, x - 1))'],
    ],
    run(rows: number[][]) {
      const land = new Set(rows.flatMap((row, y) => row.flatMap((cell, x) => (cell >= least ? [`${y},${x}`] : []))))
      const sink = (y: number, x: number): void => {
        if (!land.delete(`${y},${x}`)) return
        for (const [up, left] of [
          [-1, 0],
          [1, 0],
          [0, -1],
          [0, 1],
        ] as const)
          sink(y + up, x + left)
      }
      let count = 0
      for (; land.size > 0; count++) {
        const [y = 0, x = 0] = [...land][0]?.split(',').map(Number) ?? []
        sink(y, x)
      }
      return count
    },
    input: someMatrix,
    edges: [
      [],
      [[least]],
      [
        [9, 0],
        [0, 9],
      ],
      [[9], [9]],
      [
        [9, 9, 0],
        [0, 0, 0],
        [9, 0, 9],
      ],
    ],
  }
}

export const MATRICES: Family = { name: 'matrices', operations: [rotateMatrix, spiral, countIslands] }
