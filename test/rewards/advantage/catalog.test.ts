import { describe, expect, it } from 'vitest'
import { parseBatch } from '../../../core/batch/index.ts'
import { estimators } from '../../../registry/index.ts'

const catalog = estimators({ userFolder: '/nowhere-to-be-found' })

/** Everything that any estimator asks for. */
const complete = () => {
  const rows = ['a', 'a', 'a', 'b', 'b', 'c', 'c', 'c', 'd', 'd']
  const scores = { a: 10, b: 0, c: 10, d: 2 }
  const scoreOf = (id: string): number => Object.entries(scores).find(([name]) => name === id)?.[1] ?? 0
  return {
    trajectory: rows,
    group: rows.map((id) => (id < 'c' ? 'g' : 'h')),
    anchors: { text: ['p', 'q', 'p', 'p', 'q', 'p', 'r', 'q', 'p', 'r'] },
    action: ['x', 'y', 'x', 'y', 'x', 'y', 'y', 'x', 'x', 'y'],
    lineage: rows.map(() => '0:'),
    isActionValid: rows.map((_, row) => row !== 4),
    signals: {
      env: [0, 0, 10, 0, 0, 0, 0, 10, 1, 1],
      turn: [1, 0.5, null, 0, null, 1, 0, null, 0.2, null],
      process: [0.3, -0.1, 0.4, -0.5, 0.2, 0.1, 0.6, -0.2, 0.1, -0.4],
      value: [1, 2, 8, 1, 0, 1, 2, 7, 1, 1],
      baseline: rows.map(() => 4),
      gain: [0.2, 0.1, null, -0.1, null, 0.3, 0.1, null, 0.4, null],
      'answer-consistency': rows.map(() => 0.1),
    },
    outcomes: { success: rows.map((id) => (scoreOf(id) >= 10 ? 1 : 0)) },
    perToken: { 'sum-pi-squared': rows.map((_, row) => tokens(row, 0.6)) },
    logProbs: rows.map((_, row) => tokens(row, -0.4)),
  }
}

/** 1 to 3 values, none like another. */
const tokens = (row: number, value: number): readonly number[] =>
  Array.from({ length: 1 + (row % 3) }, (_, at) => value * (1 - 0.05 * at - 0.03 * row))

describe('the catalog of estimators', () => {
  it('holds every method of the credit chapter', () => {
    expect(catalog.names()).toEqual(
      [
        'bi-level-gae',
        'consistency-blend',
        'crbc',
        'dr-grpo',
        'evidence-closure',
        'evidence-closure-2',
        'evidence-closure-3',
        'fork-relative',
        'g2po',
        'gae',
        'gdpo',
        'gigpo',
        'gpg',
        'graph-gpo',
        'grpo',
        'grpo-batch-scale',
        'hgpo',
        'igpo',
        'kevin',
        'match-tir',
        'max-rl',
        'mt-grpo',
        'oprl',
        'opo',
        'optimal-token-baseline',
        'pass-at-k',
        'prime',
        'prpo',
        'pure',
        'reinforce',
        'reinforce-plus-plus',
        'reinforce-plus-plus-baseline',
        'remax',
        'rloo',
        'rloo-normalised',
        'step-reinforce',
      ].toSorted(),
    )
  })

  it('refuses a name that it does not hold', async () => {
    await expect(catalog.load('gigpoo')).rejects.toMatchObject({
      code: 'ESTIMATOR_UNKNOWN',
      message: expect.stringContaining('gigpo'),
    })
  })

  it.each(catalog.names())('%s gives finite advantages, a mask and diagnostics, in both modes', async (name) => {
    const estimator = await catalog.load(name)
    const batch = parseBatch(complete())
    for (const mode of ['paper', 'reference']) {
      const { advantages, mask, diagnostics } = estimator.compute(batch, { mode })
      expect(advantages).toHaveLength(batch.rowCount)
      expect(advantages.every(Number.isFinite)).toBe(true)
      expect([...mask].every((used) => used === 1)).toBe(true)
      expect(advantages.some((value) => value !== 0)).toBe(true)
      expect(diagnostics).toMatchObject({ estimator: name, rows: { total: 10, masked: 0, copies: 0 } })
      expect(diagnostics.signals.length).toBeGreaterThan(0)
    }
  })

  it.each(catalog.names())('%s refuses an option that it has not, and a value that one may not have', async (name) => {
    const estimator = await catalog.load(name)
    const batch = parseBatch(complete())
    expect(() => estimator.compute(batch, { gama: 1 })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    expect(() => estimator.compute(batch, { mode: 'exact' })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('paper, reference') }),
    )
  })

  it.each(catalog.names())('%s masks what a null keeps from it, and never counts it as 0', async (name) => {
    const estimator = await catalog.load(name)
    const columns = complete()
    const holes = {
      signals: Object.fromEntries(
        Object.entries(columns.signals).map(([signal, cells]) => [signal, [null, ...cells.slice(1)]]),
      ),
      outcomes: { success: columns.outcomes.success.map((value, row) => (row < 3 ? null : value)) },
    }
    const batch = parseBatch({ ...columns, ...holes })
    const { advantages, mask } = estimator.compute(batch, { minGroupSize: 1 })
    expect([...mask.subarray(0, 3)]).toEqual([0, 0, 0])
    expect([...advantages.subarray(0, 3)]).toEqual([0, 0, 0])
    const { parts: _, ...rest } = estimator.compute(parseBatch(without(columns, 3)), { minGroupSize: 1 })
    expect([...advantages.subarray(3)]).toEqual([...rest.advantages].map((value) => expect.closeTo(value, 9)))
    expect(() => estimator.compute(batch, { onNull: 'error' })).toThrow(
      expect.objectContaining({ code: 'SIGNAL_MISSING', message: expect.stringContaining('row 0') }),
    )
  })
})

/** The columns without their first rows. */
function without(columns: ReturnType<typeof complete>, count: number): object {
  const cut = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.slice(count)
      : Object.fromEntries(Object.entries(Object(value)).map(([key, item]) => [key, cut(item)]))
  return Object(cut(columns))
}
