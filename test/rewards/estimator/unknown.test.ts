import { describe, expect, it } from 'vitest'
import { inSourceOrder, parseBatch } from '../../../core/batch/index.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import { estimators } from '../../../registry/index.ts'
import evidenceClosure from '../../../rewards/advantage/evidence-closure.ts'
import gae from '../../../rewards/advantage/gae.ts'
import gigpo from '../../../rewards/advantage/gigpo.ts'
import graphGpo from '../../../rewards/advantage/graph-gpo.ts'
import grpo from '../../../rewards/advantage/grpo.ts'
import hgpo from '../../../rewards/advantage/hgpo.ts'
import opo from '../../../rewards/advantage/opo.ts'
import oprl from '../../../rewards/advantage/oprl.ts'
import reinforceBaseline from '../../../rewards/advantage/reinforce-plus-plus-baseline.ts'
import { wordsOf } from '../../../rewards/credit/index.ts'
import type { Estimator } from '../../../rewards/estimator/estimator.ts'
import { subjectsOf } from '../../../rewards/shaping/batch-subjects.ts'

const catalog = estimators({ userFolder: '/nowhere-to-be-found' })
const loaded = await Promise.all(catalog.names().map((name) => catalog.load(name)))

/** Advantages in the order of the columns, null where there are none. */
function credited(estimator: Estimator, columns: object, options: JsonObject = {}): readonly (number | null)[] {
  const batch = parseBatch(columns)
  const { advantages, mask } = estimator.compute(batch, options)
  const marks = inSourceOrder(batch, Float64Array.from(mask))
  return [...inSourceOrder(batch, advantages)].map((value, row) => (marks[row] ? value : null))
}

type Cells = readonly unknown[]

/** Columns with their rows in another order. */
const rearranged = (columns: object, order: readonly number[]): object =>
  Object.fromEntries(
    Object.entries(columns).map(([name, cells]: [string, Cells | object]) => [
      name,
      Array.isArray(cells) ? order.map((row): unknown => cells[row]) : rearranged(cells, order),
    ]),
  )

describe('actions without tokens', () => {
  const rows = ['a', 'a', 'a', 'b', 'b', 'c', 'c']
  const lengths = [2, 3, 0, 1, 2, 2, 1]
  /** The last action of `a` has no tokens, and is paid `paid`. */
  const columns = (paid: number, ofTokens: (length: number) => readonly number[] | null) => ({
    trajectory: rows,
    group: rows.map(() => 'g'),
    anchors: { text: ['p', 'q', 'r', 'p', 'q', 'p', 'q'] },
    action: ['x', 'x', 'x', 'y', 'y', 'x', 'x'],
    lineage: rows,
    signals: {
      env: [0, 1, paid, 0, 2, 1, 0],
      turn: [0, 1, paid, 0, 2, 1, 0],
      gain: [0.1, 0.2, null, 0.3, null, 0.1, null],
      process: [0.1, 0.2, paid, 0.4, 0.3, 0.2, 0.1],
      'sum-pi-squared': rows.map(() => 0.5),
      value: [0.5, 0.4, 0.3, 0.2, 0.1, 0, 0],
      baseline: rows.map(() => 1),
    },
    outcomes: { success: rows.map((id) => (id === 'a' ? paid : 0)), 'answer-consistency': rows.map(() => 0.5) },
    perToken: { value: lengths.map(ofTokens), process: lengths.map(ofTokens), 'sum-pi-squared': lengths.map(ofTokens) },
    logProbs: lengths.map(ofTokens).map((each) => each?.map((value) => -value) ?? null),
  })
  const tokens = (length: number): readonly number[] => Array.from({ length }, (_, at) => 0.1 * (at + 1))

  it.each(loaded.map(({ name }) => name))('keep what they were paid in %s, and have no advantage per token', (name) => {
    const estimator = loaded.find((each) => each.name === name) ?? grpo
    for (const mode of ['paper', 'reference']) {
      const [plain, paid] = [0, 7].map((reward) => estimator.compute(parseBatch(columns(reward, tokens)), { mode }))
      expect(paid?.advantages.every(Number.isFinite)).toBe(true)
      expect([...(paid?.advantages ?? [])]).not.toEqual([...(plain?.advantages ?? [])])
      const isCredited = paid?.mask[2] === 1
      if (paid?.perToken && isCredited) expect(paid.advantages[2]).not.toBe(0)
      if (paid?.perToken) expect(paid.diagnostics.rows.withoutTokens).toBe(isCredited ? 0 : 1)
    }
  })

  it.each(loaded.map(({ name }) => name))(
    'are all that a trajectory has, first or last in the batch, alike in %s',
    (name) => {
      const estimator = loaded.find((each) => each.name === name) ?? grpo
      const ids = ['a', 'b', 'b', 'c', 'c']
      const counts = [0, 1, 2, 2, 1]
      const given = {
        ...columns(0, tokens),
        ...{ trajectory: ids, group: ids.map(() => 'g'), action: ids, lineage: ids },
        anchors: { text: ['p', 'p', 'q', 'p', 'q'] },
        signals: {
          env: [3, 0, 2, 1, 0],
          turn: [3, 0, 2, 1, 0],
          gain: [null, 0.3, null, 0.1, null],
          baseline: ids.map(() => 1),
        },
        outcomes: { success: [1, 0, 0, 1, 1], 'answer-consistency': ids.map(() => 0.5) },
        perToken: {
          value: counts.map(tokens),
          process: counts.map(tokens),
          'sum-pi-squared': counts.map(tokens),
        },
        logProbs: counts.map((count) => tokens(count).map((value) => -value)),
      }
      const order = [1, 2, 3, 4, 0]
      for (const mode of ['paper', 'reference']) {
        const [first, last] = [given, rearranged(given, order)].map((each) => credited(estimator, each, { mode }))
        order.forEach((row, at) => {
          const [one, other] = [first?.[row] ?? null, last?.[at] ?? null]
          if (one === null || other === null) expect(other).toBe(one)
          else expect(other).toBeCloseTo(one, 9)
        })
      }
    },
  )

  it('pay the last token before them in GAE', () => {
    const batch = {
      trajectory: ['a', 'a', 'b'],
      group: ['g', 'g', 'g'],
      signals: { env: [0, 5, 0] },
      perToken: { value: [[0, 0], [], [0]] },
    }
    const given = { ...batch, signals: { ...batch.signals, value: [0, 0, 0] } }
    expect(credited(gae, given, { whiten: false })).toEqual([5, null, 0])
    expect(wordsOf(gae.compute(parseBatch(given)).diagnostics)).toContain(
      'without tokens, and so without an advantage: 1 row',
    )
    expect(credited(gae, batch, { whiten: false })).toEqual([null, null, 0])
  })

  it('count in the mean of their group, and in no statistic of tokens', () => {
    const batch = {
      trajectory: ['a', 'b', 'c'],
      group: ['g', 'g', 'g'],
      signals: { env: [3, 0, 0] },
      tokenCounts: [0, 1, 1],
    }
    expect(credited(reinforceBaseline, batch)).toEqual([null, 0, 0])
    expect(credited(opo, batch)).toEqual([3, 0, 0])
  })

  it('are not the same as actions whose tokens were not recorded if their number is a weight', () => {
    const batch = {
      trajectory: ['a', 'b', 'c'],
      group: ['g', 'g', 'g'],
      signals: { env: [3, 0, 1] },
      logProbs: [null, [-1], [-1, -1]],
    }
    expect(credited(opo, batch)).toEqual([null, expect.closeTo(-2 / 3), expect.closeTo(1 / 3)])
    expect(() => opo.compute(parseBatch(batch), { onNull: 'error' })).toThrow('row 0 (step 0 of a) needs tokens')
    expect(credited(reinforceBaseline, batch)[0]).toBeNull()
  })

  it('are those whose tokens are all masked, too', () => {
    const batch = {
      trajectory: ['a', 'a', 'b'],
      group: ['g', 'g', 'g'],
      signals: { env: [0, 5, 0], value: [0, 0, 0] },
      perToken: { value: [[0, 0], [0], [0]] },
      tokenMask: [[1, 1], [0], [1]],
    }
    expect(credited(gae, batch, { whiten: false })).toEqual([5, null, 0])
  })

  it('have a process reward if one was given, and none where it is a sum over no tokens', () => {
    const batch = {
      trajectory: ['a', 'a', 'b'],
      group: ['g', 'g', 'g'],
      outcomes: { env: [1, 1, 0] },
      perToken: { process: [[2], [], [1]] },
    }
    const options = { processNorm: 'none', minGroupSize: 1 }
    expect(credited(oprl, batch, options)).toEqual([null, null, expect.any(Number)])
    const given = { ...batch, signals: { process: [2, 6, 1] } }
    expect(oprl.compute(parseBatch(given), options).parts.process).toEqual(Float64Array.of(2, 6, 1))
    const scaled = oprl.compute(parseBatch(given), { normEpsilon: 0 }).parts.process
    expect(scaled).toEqual(Float64Array.of(2 / 6, 1, 1 / 6))
  })
})

describe('steps without an anchor', () => {
  const columns = (text: readonly (string | null)[]) => ({
    trajectory: ['a', 'a', 'b', 'b', 'c', 'c', 'd', 'd'],
    group: text.map(() => 'g'),
    anchors: { text },
    action: ['x', 'y', 'y', 'x', 'x', 'y', 'y', 'y'],
    signals: { env: [0, 1, 0, 0, 0, 2, 1, 0] },
    outcomes: { success: [1, 1, 0, 0, 1, 1, 0, 0] },
  })
  const whole = columns(['p', 'q', 'p', 'q', 'p', 'q', 'p', 'q'])
  const holes = columns([null, 'q', 'p', null, 'p', 'q', 'p', 'q'])
  const needing = loaded.filter(({ consumes }) => consumes.includes('anchors')).map(({ name }) => name)

  it.each(needing)('have no state in %s: their trajectory is left out, or they are refused', (name) => {
    const estimator = loaded.find((each) => each.name === name) ?? gigpo
    expect(credited(estimator, whole)).not.toContain(null)
    const left = credited(estimator, holes)
    expect(left.slice(0, 4)).toEqual([null, null, null, null])
    expect(left.slice(4)).not.toContain(null)
    expect(estimator.compute(parseBatch(holes)).diagnostics.nulls).toMatchObject({ 'anchor text': expect.any(Number) })
    expect(() => estimator.compute(parseBatch(holes), { onNull: 'error' })).toThrow('needs anchor text, which is null')
  })

  it('leave out the rows that need them alone under drop-row', () => {
    const rowsOf = (estimator: Estimator): readonly number[] =>
      credited(estimator, holes, { onNull: 'drop-row' }).flatMap((value, row) => (value === null ? [row] : []))
    expect(rowsOf(gigpo)).toEqual([0, 3])
    expect(rowsOf(hgpo)).toEqual([0, 3])
    expect(rowsOf(graphGpo)).toEqual([0, 2, 3])
    expect(rowsOf(evidenceClosure)).toEqual([0, 2, 3])
  })

  it('do not repeat each other', () => {
    const [subject] = subjectsOf(parseBatch(holes))
    expect(() => subject?.repeats('text')).toThrow('row 0 has no anchor text')
  })
})

describe('invalid actions', () => {
  const columns = {
    trajectory: ['a', 'a', 'b', 'b'],
    group: ['g', 'g', 'g', 'g'],
    outcomes: { env: [1, 1, 0, 0] },
    isActionValid: [true, false, false, true],
  }

  it('are counted if they were penalised, which is why advantages differ within a trajectory', () => {
    const { advantages, diagnostics } = grpo.compute(parseBatch(columns))
    expect(advantages[0]).not.toBe(advantages[1])
    expect(diagnostics.rows.penalised).toBe(2)
    expect(wordsOf(diagnostics)).toContain('invalid actions penalised: 2 rows')
    const free = grpo.compute(parseBatch(columns), { invalidActionPenalty: 0 })
    expect(free.diagnostics.rows.penalised).toBe(0)
    expect(free.advantages[0]).toBe(free.advantages[1])
    expect(wordsOf(free.diagnostics).join()).not.toContain('penalised')
  })

  it.each(
    loaded
      .filter(({ defaults }) => 'invalidActionPenalty' in defaults || 'stepPenalty' in defaults)
      .map(({ name }) => name),
  )('are counted by %s', (name) => {
    const estimator = loaded.find((each) => each.name === name) ?? grpo
    const batch = parseBatch({
      ...columns,
      anchors: { text: ['p', 'q', 'p', 'q'] },
      action: ['x', 'y', 'x', 'y'],
      lineage: columns.trajectory,
      signals: {
        env: [0, 1, 0, 0],
        process: [0, 1, 2, 3],
        turn: [1, 2, 3, 4],
        baseline: [0, 0, 0, 0],
        value: [0, 0, 0, 0],
      },
      outcomes: { env: [3, 3, 1, 1], success: [1, 1, 0, 0], 'answer-consistency': [1, 1, 1, 1] },
      logProbs: [[-1], [-1], [-1], [-1]],
    })
    const options = 'invalidActionPenalty' in estimator.defaults ? { invalidActionPenalty: 0.2 } : {}
    expect(estimator.compute(batch, options).diagnostics.rows.penalised).toBe(2)
  })
})
