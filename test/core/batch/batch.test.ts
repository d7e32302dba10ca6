import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  batchOfGroups,
  batchOfTrajectories,
  inSourceOrder,
  NO_ANCHOR,
  parseBatch,
  withOutcome,
  withSignal,
} from '../../../core/batch/index.ts'
import type { Group } from '../../../core/data/types.ts'
import { signal, step, trajectory } from '../../support/reward-samples.ts'

const refused = (message: string): unknown =>
  expect.objectContaining({ code: 'BATCH_INVALID', message: expect.stringContaining(message) })

const COLUMNS = { trajectory: ['a', 'b', 'a', 'b', 'a'], group: ['g', 'g', 'g', 'g', 'g'] }

describe('a batch from columns', () => {
  it('lays the rows of each trajectory side by side, in order of time', () => {
    const batch = parseBatch({ ...COLUMNS, signals: { env: [1, 2, 3, null, 5] } })
    expect([...batch.sourceRow]).toEqual([0, 2, 4, 1, 3])
    expect([...batch.trajectories.starts]).toEqual([0, 3, 5])
    expect([...batch.stepIndex]).toEqual([0, 1, 2, 0, 1])
    const env = batch.signals.get('env')
    expect([...(env?.values.subarray(0, 4) ?? [])]).toEqual([1, 3, 5, 2])
    expect([...(env?.known ?? [])]).toEqual([1, 1, 1, 1, 0])
    expect([...inSourceOrder(batch, Float64Array.of(1, 3, 5, 2, 4))]).toEqual([1, 2, 3, 4, 5])
  })

  it('keeps a null apart from 0', () => {
    const { signals, outcomes } = parseBatch({
      ...COLUMNS,
      signals: { env: [0, null, 0, 0, null] },
      outcomes: { success: [null, 0, null, 0, null] },
    })
    expect([...(signals.get('env')?.known ?? [])]).toEqual([1, 1, 0, 0, 1])
    expect([...(outcomes.get('success')?.known ?? [])]).toEqual([0, 1])
  })

  it('numbers equal anchors alike, and takes what a step led to from the next row if it is not given', () => {
    const { anchors } = parseBatch({ ...COLUMNS, anchors: { text: ['p', 'p', 'q', 'r', 'p'] } })
    const text = anchors.get('text')
    expect([...(text?.ids ?? [])]).toEqual([0, 1, 0, 0, 2])
    expect([...(text?.nextIds ?? [])]).toEqual([1, 0, NO_ANCHOR, 2, NO_ANCHOR])
    expect(text?.texts).toEqual(['p', 'q', 'r'])
  })

  it('takes what was recorded of the end', () => {
    const nextAnchors = { text: ['q', 'r', 'p', 'end', 'q'] }
    const { anchors } = parseBatch({ ...COLUMNS, anchors: { text: ['p', 'p', 'q', 'r', 'p'] }, nextAnchors })
    expect([...(anchors.get('text')?.nextIds ?? [])]).toEqual([1, 0, 1, 2, 3])
  })

  it('compares JSON values exactly, or as Python does', () => {
    const anchors = { state: [1, true, '1', { a: 1, b: 2 }, { b: 2, a: 1 }] }
    const ids = (equality: 'exact' | 'python') => {
      const batch = parseBatch({ ...COLUMNS, trajectory: ['a', 'b', 'c', 'd', 'e'], anchors }, { equality })
      return [...(batch.anchors.get('state')?.ids ?? [])]
    }
    expect(ids('exact')).toEqual([0, 1, 2, 3, 3])
    expect(ids('python')).toEqual([0, 0, 1, 2, 2])
  })

  it('numbers long texts as a Map would, lookalikes among them', () => {
    const page = fc
      .tuple(fc.constantFrom('x', 'y'), fc.nat(400), fc.constantFrom(0, 1, 90, 300))
      .map(([letter, at, length]) => `${'-'.repeat(length)}${'.'.repeat(at)}${letter}${'.'.repeat(400 - at)}`)
    fc.assert(
      fc.property(fc.array(page, { minLength: 1, maxLength: 80 }), (pages) => {
        const columns = { trajectory: pages.map((_, at) => `${at}`), group: pages.map(() => 'g') }
        const { anchors } = parseBatch({ ...columns, anchors: { text: pages } })
        const seen = [...new Set(pages)]
        expect([...(anchors.get('text')?.ids ?? [])]).toEqual(pages.map((each) => seen.indexOf(each)))
      }),
    )
  })

  it('counts tokens from what has them, and marks rows without', () => {
    const { tokens, signals } = parseBatch({
      ...COLUMNS,
      logProbs: [[-1, -2], null, [-3], [-4], null],
      perToken: { process: [[1, 2], null, [3], null, null] },
    })
    expect([...(tokens?.starts ?? [])]).toEqual([0, 2, 3, 3, 3, 4])
    expect([...(tokens?.logProbs?.values ?? [])]).toEqual([-1, -2, -3, -4])
    expect([...(tokens?.logProbs?.known ?? [])]).toEqual([1, 1, 0, 0, 1])
    expect([...(signals.get('process')?.values ?? [])]).toEqual([3, 3, 0, 0, 0])
    expect([...(signals.get('process')?.known ?? [])]).toEqual([1, 1, 0, 0, 0])
  })

  it('gives copies the place in time of their originals', () => {
    const batch = parseBatch({
      trajectory: ['a', 'a', 'a'],
      group: ['g', 'g', 'g'],
      step: [0, 1, 0],
      copyOf: [null, null, 0],
      anchors: { text: ['p', 'q', 'p'] },
    })
    expect([...batch.stepIndex]).toEqual([0, 1, 0])
    expect([...(batch.copyOf ?? [])]).toEqual([0, 1, 0])
    expect([...(batch.anchors.get('text')?.nextIds ?? [])]).toEqual([1, NO_ANCHOR, 1])
  })

  it.each([
    ['no object', 5, 'not an object'],
    ['no rows', { trajectory: [], group: [] }, 'at least one row'],
    ['no trajectories', { group: ['g'] }, 'column trajectory is missing'],
    ['an unknown column', { ...COLUMNS, reward: [] }, 'no column reward'],
    [
      'columns of unequal lengths',
      { ...COLUMNS, signals: { env: [1] } },
      'signals.env has 1 row, and trajectory has 5',
    ],
    ['a text for a reward', { ...COLUMNS, outcomes: { success: [0, '1', 0, 0, 0] } }, 'row 1: outcomes.success is "1"'],
    ['a validity that is not a boolean', { ...COLUMNS, isActionValid: [1, 1, 2, 1, 1] }, 'row 2: isActionValid'],
    ['a step that is missing', { ...COLUMNS, step: [0, 0, 1, 1, 3] }, 'row 4: step is 3, and should be 2'],
    ['steps out of order', { ...COLUMNS, step: [1, 0, 0, 1, 2] }, 'row 0: step is 1, and should be 0'],
    ['a trajectory of two groups', { ...COLUMNS, group: ['g', 'g', 'h', 'g', 'g'] }, 'row 2: group is "h"'],
    [
      'an outcome of two values',
      { ...COLUMNS, outcomes: { success: [1, 0, 1, 0, 0] } },
      'row 4: outcomes.success is 0',
    ],
    [
      'token counts that differ',
      { ...COLUMNS, tokenCounts: [1, 1, 1, 1, 1], logProbs: [[1], [1], [1, 2], [1], [1]] },
      'row 2: logProbs',
    ],
    ['a copy of a copy', { ...COLUMNS, copyOf: [null, null, 0, null, 2] }, 'row 4: copyOf is 2'],
    ["a copy of another trajectory's row", { ...COLUMNS, copyOf: [null, null, 1, null, null] }, 'row 2: copyOf is 1'],
  ])('refuses %s', (_, columns, message) => {
    expect(() => parseBatch(columns)).toThrow(refused(message))
  })
})

const play = (id: string, values: readonly (number | null)[]) =>
  trajectory({
    id,
    groupId: 'g',
    steps: values.map((value, index) =>
      step({
        index,
        anchors: { text: `page ${index}` },
        nextAnchors: { text: `page ${index + 1}` },
        rewards: [signal('env', value)],
        isActionValid: index !== 1,
      }),
    ),
    rewards: [signal('success', id === 'a' ? 1 : null)],
  })

describe('a batch from trajectories', () => {
  it('has a row a step, with anchors, what came next, and nulls as nulls', () => {
    const batch = batchOfTrajectories([play('a', [0, null, 1]), play('b', [2])])
    expect(batch.trajectories.ids).toEqual(['a', 'b'])
    expect([...(batch.signals.get('env')?.known ?? [])]).toEqual([1, 0, 1, 1])
    expect([...(batch.outcomes.get('success')?.known ?? [])]).toEqual([1, 0])
    expect([...(batch.anchors.get('text')?.nextIds ?? [])]).toEqual([1, 2, 3, 1])
    expect([...batch.isActionValid]).toEqual([1, 0, 1, 1])
    expect(batch.groups).toEqual(['g'])
  })

  it('leaves out aborted trajectories and those without a step, and counts them', () => {
    const aborted = { ...play('b', [1]), ending: 'aborted' as const }
    const batch = batchOfTrajectories([play('a', [1]), aborted, play('c', [])])
    expect(batch.trajectories.ids).toEqual(['a'])
    expect(batch.leftOut).toEqual({ aborted: 1, empty: 1 })
  })

  it('marks truncated ones, and gives one without a group its own group', () => {
    const cut = { ...play('a', [1]), ending: 'truncated' as const, groupId: null }
    const batch = batchOfTrajectories([cut, { ...play('b', [1]), groupId: null }])
    expect([...batch.trajectories.isTruncated]).toEqual([1, 0])
    expect(batch.groups).toHaveLength(2)
  })

  it('reads a live group, without its aborted members', () => {
    const group: Group = {
      id: 'g',
      environment: 'sample@1',
      taskId: 'task',
      startTag: '',
      trajectories: [{ ...play('a', [1]), groupId: null }],
      aborted: [{ ...play('b', [1]), ending: 'aborted' }],
    }
    const batch = batchOfGroups([group])
    expect(batch.groups).toEqual(['g'])
    expect(batch.leftOut.aborted).toBe(1)
  })

  it('refuses equal ids, steps out of order, and nothing at all', () => {
    expect(() => batchOfTrajectories([play('a', [1]), play('a', [2])])).toThrow(refused('two trajectories'))
    const odd = { ...play('a', [1]), steps: [step({ index: 1 })] }
    expect(() => batchOfTrajectories([odd])).toThrow(refused('row 0: step is 1'))
    expect(() => batchOfTrajectories([])).toThrow(refused('there are no trajectories'))
  })
})

describe('signals added to a batch', () => {
  const batch = parseBatch(COLUMNS)
  const five = { values: Float64Array.of(1, 2, 3, 4, 5), known: Uint8Array.of(1, 1, 1, 1, 1) }
  const two = { values: Float64Array.of(1, 2), known: Uint8Array.of(1, 1) }

  it('stand beside the recorded ones, and remember what they were made of', () => {
    expect(withSignal(batch, 'mix', five, ['env', 'format']).signals.get('mix')?.parts).toEqual(['env', 'format'])
    expect(withOutcome(batch, 'total', two).outcomes.get('total')?.values).toEqual(two.values)
    expect(batch.signals.size).toBe(0)
  })

  it('must fit the rows, and be numbers', () => {
    expect(() => withSignal(batch, 'mix', two)).toThrow(refused('2 values'))
    expect(() => withOutcome(batch, 'total', five)).toThrow(refused('5 values'))
    expect(() => withSignal(batch, 'mix', { ...five, known: two.known })).toThrow(refused('2 marks for 5 places'))
    expect(() => withSignal(batch, 'mix', { ...five, values: two.values })).toThrow(refused('2 values and 5 marks'))
    const broken = { ...five, values: Float64Array.of(1, Number.NaN, 3, 4, 5) }
    expect(() => withSignal(batch, 'mix', broken)).toThrow(refused('row 1'))
  })
})
