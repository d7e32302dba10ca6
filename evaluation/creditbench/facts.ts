import { returnsOf } from './noise.ts'
import { rootMeanSquare } from './planted.ts'
import type { Sample } from './sample.ts'
import type { Testbed } from './testbed.ts'

/** What one must know of a condition to read its table. */
export interface Facts {
  readonly tasks: number
  /** Largest number of states of a task. */
  readonly states: number
  readonly maxSteps: number
  /** Exact mean return of the frozen policy. */
  readonly value: number
  readonly batches: number
  readonly rows: number
  /** Mean steps of an episode. */
  readonly length: number
  /** Root mean square of the true advantage over rows. */
  readonly advantage: number
  /** Share of rows whose observation occurs again in their group. */
  readonly repeated: number
  /** Share of rows whose observation represents several states of their task. */
  readonly aliased: number
  /** Share of groups in which episodes earned differently. */
  readonly mixed: number
}

export function factsOf(testbed: Testbed, samples: readonly Sample[]): Facts {
  const { tasks, value } = testbed
  const rows = samples.reduce((sum, { batch }) => sum + batch.rowCount, 0)
  const episodes = samples.reduce((sum, { walks }) => sum + walks.taskOf.length, 0)
  const truth = Float64Array.from(samples.flatMap((sample) => [...sample.truth]))
  return {
    tasks: tasks.length,
    states: tasks.reduce((most, { model }) => Math.max(most, model.stateCount), 0),
    maxSteps: tasks.reduce((most, { model }) => Math.max(most, model.maxSteps), 0),
    value,
    batches: samples.length,
    rows,
    length: rows / episodes,
    advantage: rootMeanSquare(truth),
    repeated: meanOf(samples.map(repeatedShare)),
    aliased: meanOf(samples.map((sample) => aliasedShare(testbed, sample))),
    mixed: meanOf(samples.map(mixedShare)),
  }
}

const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

function repeatedShare({ batch }: Sample): number {
  const seen = new Map<string, number>()
  const keys = Array.from(batch.anchors.get('text')?.ids ?? [], (id, row) => `${batch.groupOf[row]}/${id}`)
  for (const key of keys) seen.set(key, (seen.get(key) ?? 0) + 1)
  return keys.filter((key) => (seen.get(key) ?? 0) > 1).length / keys.length
}

function aliasedShare({ tasks }: Testbed, { walks, batch }: Sample): number {
  const isAliased = tasks.map(({ model }) => {
    const { ids, texts } = model.anchors.get('text') ?? { ids: new Int32Array(), texts: [] }
    const counts = new Int32Array(texts.length)
    for (const id of ids) counts[id] = (counts[id] ?? 0) + 1
    return ids.map((id) => ((counts[id] ?? 0) > 1 ? 1 : 0))
  })
  const marks = walks.state.map((state, row) => isAliased[batch.groupOf[row] ?? 0]?.[state] ?? 0)
  return marks.reduce((sum, mark) => sum + mark, 0) / marks.length
}

function mixedShare({ walks }: Sample): number {
  const returns = returnsOf(walks)
  const groups = new Map<number, Set<number>>()
  for (const [trajectory, task] of walks.taskOf.entries())
    groups.set(task, (groups.get(task) ?? new Set()).add(returns[trajectory] ?? 0))
  return [...groups.values()].filter(({ size }) => size > 1).length / groups.size
}
