/** The group of a row that takes no part. */
export const NO_GROUP = -1

/** Which rows are compared with which: groups are numbered from 0; `NO_GROUP` marks rows that take no part. */
export interface Grouping {
  readonly ids: Int32Array
  readonly count: number
}

/** Members of each group. */
export function sizesOf({ ids, count }: Grouping): Int32Array {
  const sizes = new Int32Array(count)
  for (const id of ids) if (id !== NO_GROUP) sizes[id] = (sizes[id] ?? 0) + 1
  return sizes
}
