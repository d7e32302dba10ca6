import type { MemberLine } from '../answers.ts'

/** A member of a tree of forks, in the row where it is drawn. */
export interface TreeRow {
  readonly member: number
  readonly row: number
  /** Zero-based index of its own first step: earlier ones are those of its parent. */
  readonly from: number
  /** Index after its last step. */
  readonly to: number
  /** Row of its parent; null where it has none in the group. */
  readonly parentRow: number | null
}

/** Members in rows, each below its parent: what was forked last from a parent comes first. */
export function treeRows(members: readonly Pick<MemberLine, 'id' | 'parent' | 'actions'>[]): readonly TreeRow[] {
  const ids = new Map(members.map(({ id }, member) => [id, member]))
  const children = new Map<number | null, number[]>()
  members.forEach(({ parent }, member) => {
    const above = parent === null ? null : (ids.get(parent.trajectoryId) ?? null)
    children.set(above, [...(children.get(above) ?? []), member])
  })
  const rows: TreeRow[] = []
  const add = (member: number, parentRow: number | null): void => {
    const { parent, actions } = members[member] ?? { parent: null, actions: [] }
    const row = rows.length
    rows.push({ member, row, parentRow, from: parent?.index ?? 0, to: actions.length })
    const forks = (children.get(member) ?? []).toSorted((one, other) => startOf(members, other) - startOf(members, one))
    for (const fork of forks) add(fork, row)
  }
  for (const root of children.get(null) ?? []) add(root, null)
  return rows
}

const startOf = (members: readonly Pick<MemberLine, 'parent'>[], member: number): number =>
  members[member]?.parent?.index ?? 0
