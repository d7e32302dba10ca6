import { describe, expect, it } from 'vitest'
import { treeRows } from '../../../viewer/app/fork-tree.ts'

const member = (id: string, steps: number, parent: readonly [string, number] | null = null) => ({
  id,
  actions: Array.from({ length: steps }, () => 'go'),
  parent: parent && { trajectoryId: parent[0], index: parent[1] },
})

describe('the rows of a tree of forks', () => {
  it('are below their parents, what was forked last first, so that no line crosses a row of another', () => {
    const rows = treeRows([
      member('a', 6),
      member('b', 5, ['a', 1]),
      member('c', 6, ['a', 4]),
      member('d', 7, ['b', 3]),
      member('e', 2),
    ])
    expect(rows.map(({ member: at, row, from, to, parentRow }) => [at, row, from, to, parentRow])).toEqual([
      [0, 0, 0, 6, null],
      [2, 1, 4, 6, 0],
      [1, 2, 1, 5, 0],
      [3, 3, 3, 7, 2],
      [4, 4, 0, 2, null],
    ])
  })

  it('hold every member once, also one whose parent is not in the group', () => {
    const rows = treeRows([member('b', 5, ['elsewhere', 2]), member('c', 3)])
    expect(rows).toMatchObject([
      { member: 0, from: 2, parentRow: null },
      { member: 1, from: 0, parentRow: null },
    ])
  })
})
