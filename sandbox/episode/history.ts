import type { Blob, Workspace } from './workspace.ts'
import { treeOf } from './workspace.ts'

/** What the workspace was after each step, so that its tests can run at the end. */
export interface History {
  /** Digest of the workspace by number of steps taken: the first is that of the start. */
  readonly trees: readonly string[]
  /** Files of each tree: digests by path. A tree that found no room has none. */
  readonly files: Readonly<Record<string, Workspace['files']>>
  readonly blobs: Readonly<Record<string, Blob>>
}

/** A tree that was there after some steps. */
export interface PastTree {
  readonly tree: string
  /** Null where it found no room. */
  readonly workspace: Workspace | null
  /** Numbers of steps taken: 0 for the start. */
  readonly after: readonly number[]
}

export const NO_HISTORY: History = { trees: [], files: {}, blobs: {} }

/** Characters of all contents together: a state is kept as a whole by snapshots. */
const MOST_CHARACTERS = 4_000_000

/** The history with the workspace after one more step. */
export function withTree({ trees, files, blobs }: History, workspace: Workspace): History {
  const tree = treeOf(workspace)
  const next = [...trees, tree]
  if (Object.hasOwn(files, tree)) return { trees: next, files, blobs }
  const all = { ...blobs, ...workspace.blobs }
  if (charactersOf(all) > MOST_CHARACTERS) return { trees: next, files, blobs }
  return { trees: next, files: { ...files, [tree]: workspace.files }, blobs: all }
}

const charactersOf = (blobs: History['blobs']): number =>
  Object.values(blobs).reduce((sum, blob) => sum + (typeof blob === 'string' ? blob : blob.base64).length, 0)

/** Each tree once, the latest first. */
export function pastTrees({ trees, files, blobs }: History): readonly PastTree[] {
  const numbers = new Map<string, number[]>()
  for (const [number, tree] of trees.entries()) numbers.set(tree, [...(numbers.get(tree) ?? []), number])
  return [...numbers].reverse().map(([tree, after]) => {
    const own = files[tree]
    return { tree, workspace: own === undefined ? null : { files: own, blobs }, after }
  })
}
