import type { ColumnsAnswer } from '../answers.ts'
import { student } from './curves.ts'

/** One task in two runs: mean returns of its episodes; null where a run has none that is known. */
export interface TaskPair {
  readonly task: string
  readonly label: string
  readonly one: number | null
  readonly other: number | null
  readonly episodes: readonly [number, number]
  readonly groups: readonly [string | null, string | null]
}

/** A mean difference with its interval at 95 %; bounds are null of fewer than two tasks. */
export interface Difference {
  readonly mean: number
  readonly low: number | null
  readonly high: number | null
  /** Tasks that both runs have. */
  readonly tasks: number
}

type Columns = Pick<ColumnsAnswer, 'tasks' | 'returns' | 'endings' | 'groups' | 'labels'>

/** Tasks of two runs, those that they differ most on first; tasks that one of them lacks last. */
export function taskPairs(one: Columns, other: Columns): readonly TaskPair[] {
  const [a, b] = [byTask(one), byTask(other)]
  const pairs = [...new Set([...a.keys(), ...b.keys()])].map((task) => {
    const [ours, theirs] = [a.get(task), b.get(task)]
    return {
      ...{ task, label: ours?.label ?? theirs?.label ?? task },
      ...{ one: meanOf(ours?.returns ?? []), other: meanOf(theirs?.returns ?? []) },
      episodes: [ours?.returns.length ?? 0, theirs?.returns.length ?? 0] as const,
      groups: [ours?.group ?? null, theirs?.group ?? null] as const,
    }
  })
  return pairs.toSorted((x, y) => sizeOf(y) - sizeOf(x))
}

/** What the other run earned more on a task; null where one of them is not known. */
export const gapOf = ({ one, other }: Pick<TaskPair, 'one' | 'other'>): number | null =>
  one === null || other === null ? null : other - one

/** Differences that are not known come after all others. */
function sizeOf(pair: TaskPair): number {
  const gap = gapOf(pair)
  return gap === null ? -1 : Math.abs(gap)
}

/** Tasks are drawn alike for both runs, so differences are paired by task; null where no task is in both. */
export function differenceOf(pairs: readonly TaskPair[]): Difference | null {
  const gaps = pairs.flatMap((pair) => gapOf(pair) ?? [])
  const mean = meanOf(gaps)
  if (mean === null) return null
  if (gaps.length < 2) return { mean, low: null, high: null, tasks: gaps.length }
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / (gaps.length - 1)
  const half = student(gaps.length - 1) * Math.sqrt(variance / gaps.length)
  return { mean, low: mean - half, high: mean + half, tasks: gaps.length }
}

interface TaskReturns {
  readonly returns: number[]
  readonly label: string | undefined
  readonly group: string | null
}

/** Returns of the episodes of each task; aborted ones earned nothing that counts. */
function byTask({ tasks, returns, endings, groups, labels }: Columns): ReadonlyMap<string, TaskReturns> {
  const found = new Map<string, TaskReturns>()
  tasks.forEach((task, at) => {
    const group = groups[at] ?? null
    const entry = found.get(task) ?? { returns: [], label: group === null ? undefined : labels[group], group }
    found.set(task, entry)
    const value = returns[at] ?? null
    if (value !== null && endings[at] !== 'aborted' && endings[at] !== 'running') entry.returns.push(value)
  })
  return found
}

const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
