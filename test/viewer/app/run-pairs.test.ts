import { describe, expect, it } from 'vitest'
import { meanInterval } from '../../../evaluation/statistics/interval.ts'
import { differenceOf, taskPairs } from '../../../viewer/app/run-pairs.ts'

/** Columns of a run, of rows of task, return and ending. */
const columns = (...rows: readonly (readonly [task: string, earned: number | null, ending?: 'aborted'])[]) => ({
  tasks: rows.map(([task]) => task),
  returns: rows.map(([, earned]) => earned),
  endings: rows.map(([, , ending]) => ending ?? ('terminated' as const)),
  groups: rows.map(([task]) => `g${task}`),
  labels: { g1: 'buy a sofa' },
})

describe('two runs, task by task', () => {
  const one = columns(['1', 0], ['1', 1], ['2', 0.5], ['3', 1], ['4', 1])
  const other = columns(['1', 1], ['2', null], ['3', 0], ['3', 0, 'aborted'], ['4', 0.9], ['5', 1])

  it('have the mean return of each task, those that differ most first, those that one lacks last', () => {
    const pairs = taskPairs(one, other)
    expect(pairs.map(({ task, one: a, other: b }) => [task, a, b])).toEqual([
      ['3', 1, 0],
      ['1', 0.5, 1],
      ['4', 1, 0.9],
      ['2', 0.5, null],
      ['5', null, 1],
    ])
    expect(pairs.find(({ task }) => task === '1')).toMatchObject({ label: 'buy a sofa', groups: ['g1', 'g1'] })
  })

  it('differ by the mean over tasks that both have, with the interval of paired differences', () => {
    const interval = meanInterval([-1, 0.5, 0.9 - 1])
    const difference = differenceOf(taskPairs(one, other))
    expect(difference?.tasks).toBe(3)
    expect(difference?.mean).toBeCloseTo(interval?.value ?? 0, 12)
    expect(difference?.low).toBeCloseTo(interval?.low ?? 0, 2)
    expect(difference?.high).toBeCloseTo(interval?.high ?? 0, 2)
  })

  it('have no difference where they share no task, and no interval where they share one', () => {
    expect(differenceOf(taskPairs(columns(['1', 1]), columns(['2', 1])))).toBeNull()
    expect(differenceOf(taskPairs(columns(['1', 1]), columns(['1', 0])))).toEqual({
      ...{ mean: -1, low: null, high: null, tasks: 1 },
    })
  })
})
