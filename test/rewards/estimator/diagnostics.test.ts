import { describe, expect, it } from 'vitest'
import { parseBatch, withSignal } from '../../../core/batch/index.ts'
import crbc from '../../../rewards/advantage/crbc.ts'
import gae from '../../../rewards/advantage/gae.ts'
import gigpo from '../../../rewards/advantage/gigpo.ts'
import graphGpo from '../../../rewards/advantage/graph-gpo.ts'
import grpo from '../../../rewards/advantage/grpo.ts'
import hgpo from '../../../rewards/advantage/hgpo.ts'

const columns = {
  trajectory: ['a', 'a', 'b', 'b', 'c', 'd'],
  group: ['g', 'g', 'g', 'g', 'h', 'h'],
  anchors: { text: ['p', 'q', 'p', 'r', 'p', 'p'] },
  action: ['x', 'y', 'x', 'y', 'x', 'x'],
  signals: { env: [0, 10, 0, 0, 3, 3] },
  isActionValid: [true, true, true, false, true, true],
  truncated: [false, false, true, true, false, false],
}

describe('diagnostics', () => {
  it('count groups, repeats, singletons and what one anchor and action led to', () => {
    const { diagnostics } = gigpo.compute(parseBatch(columns))
    expect(diagnostics).toMatchObject({
      estimator: 'gigpo',
      signals: ['env'],
      rows: { total: 6, masked: 0, copies: 0 },
      groups: {
        total: 2,
        sizes: { least: 2, most: 2, mean: 2 },
        tooSmall: 0,
        usable: { most: 2, needed: 2 },
        zeroVariance: 1,
      },
      stepGroups: { total: 4, singletons: 2, largest: 2 },
      anchor: { name: 'text', pairs: 1, aliasedPairs: 1 },
      truncated: 1,
      warnings: [],
    })
    expect(diagnostics.anchor?.repeatedShare).toBeCloseTo(4 / 6)
    expect(diagnostics.options).toMatchObject({ gamma: 0.95, norm: 'mean_std_norm', mode: 'paper' })
  })

  it('warn of an anchor that never repeats', () => {
    const { diagnostics } = gigpo.compute(parseBatch({ ...columns, anchors: { text: ['1', '2', '3', '4', '5', '6'] } }))
    expect(diagnostics.anchor?.repeatedShare).toBe(0)
    expect(diagnostics.warnings).toEqual([expect.stringContaining('never repeats')])
  })

  it('warn of HGPO without its base group while success is rare, and not with it', () => {
    const rare = { ...columns, signals: { env: [0, 0, 0, 0, 0, 0] } }
    expect(hgpo.compute(parseBatch(rare)).diagnostics.warnings).toEqual([
      expect.stringContaining('6 of 6 rows get no credit'),
      expect.stringContaining('success is rare'),
    ])
    expect(hgpo.compute(parseBatch(rare), { baseGroup: true }).diagnostics.warnings).toEqual([])
  })

  it('warn of CRBC if an anchor merges states, and of graphs without a goal', () => {
    expect(crbc.compute(parseBatch(columns)).diagnostics.warnings).toEqual([expect.stringContaining('1 of 1 pairs')])
    const lost = { ...columns, signals: { env: [0, 1, 0, 0, 3, 3] } }
    expect(graphGpo.compute(parseBatch(lost)).diagnostics.warnings).toEqual([
      expect.stringContaining('no episode counts as a success'),
    ])
  })

  it('say that a truncated trajectory was taken to end with value 0', () => {
    const { diagnostics } = gae.compute(parseBatch(columns), { value: 'env' })
    expect(diagnostics.warnings).toEqual([expect.stringContaining('truncated')])
  })

  it('say where nothing is left to use', () => {
    const { mask, diagnostics } = grpo.compute(
      parseBatch({
        ...columns,
        trajectory: ['a', 'a', 'a', 'a', 'c', 'c'],
        truncated: columns.truncated.map(() => false),
      }),
    )
    expect([...mask]).toEqual([0, 0, 0, 0, 0, 0])
    expect(diagnostics.groups.tooSmall).toBe(2)
    expect(diagnostics.warnings).toEqual([expect.stringContaining('no row is usable')])
  })
})

describe('what rows take part', () => {
  const holed = { ...columns, signals: { env: [0, null, 0, 0, 3, 3] } }

  it('without the trajectory of a null, and then without a group too small', () => {
    const { mask, diagnostics } = gigpo.compute(parseBatch(holed))
    expect([...mask]).toEqual([0, 0, 0, 0, 1, 1])
    expect(diagnostics.nulls).toEqual({ env: 2 })
    expect(diagnostics.groups.tooSmall).toBe(1)
  })

  it('keeps rows that need nothing unknown, under drop-row', () => {
    const known = { ...holed, outcomes: { score: [10, 10, 0, 0, 3, 3] } }
    const options = { onNull: 'drop-row', episode: 'score' }
    expect([...gigpo.compute(parseBatch(known), options).mask]).toEqual([0, 0, 0, 0, 1, 1])
    const late = { ...known, signals: { env: [null, 10, 0, 0, 3, 3] } }
    expect([...gigpo.compute(parseBatch(late), options).mask]).toEqual([0, 1, 1, 1, 1, 1])
  })

  it('is an error under onNull error', () => {
    expect(() => gigpo.compute(parseBatch(holed), { onNull: 'error' })).toThrow(
      expect.objectContaining({ code: 'SIGNAL_MISSING', message: expect.stringContaining('step 0 of a') }),
    )
  })

  it('says which signal, anchor or column is missing', () => {
    const missing = (message: string) =>
      expect.objectContaining({ code: 'SIGNAL_MISSING', message: expect.stringContaining(message) })
    const batch = parseBatch(columns)
    expect(() => grpo.compute(batch, { episode: 'success' })).toThrow(missing('signal success: it has env'))
    expect(() => gigpo.compute(batch, { anchor: 'state' })).toThrow(missing('anchor state: it has text'))
    const { action: _, ...silent } = columns
    expect(() => crbc.compute(parseBatch(silent))).toThrow(missing('no actions'))
  })
})

describe('the invalid-action penalty', () => {
  it('is refused together with a signal that pays for validity, also inside a recipe', () => {
    const batch = parseBatch({ ...columns, signals: { ...columns.signals, 'valid-action': [0, 1, 0, 0, 1, 1] } })
    const refused = expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('twice') })
    expect(() => grpo.compute(batch, { episode: 'valid-action' })).toThrow(refused)
    const column = { values: new Float64Array(6), known: new Uint8Array(6).fill(1) }
    const mixed = withSignal(batch, 'mix', column, ['env', 'valid-action'])
    expect(() => grpo.compute(mixed, { episode: 'mix' })).toThrow(refused)
    expect(grpo.compute(mixed, { episode: 'mix', invalidActionPenalty: 0 }).diagnostics.signals).toEqual(['mix'])
  })

  it('comes off the row alone, after discounting', () => {
    const { parts } = gigpo.compute(parseBatch(columns), { invalidActionPenalty: 0.5 })
    expect([...(parts.returns ?? [])]).toEqual([9.5, 10, 0, -0.5, 3, 3])
    expect([...(parts.score ?? [])]).toEqual([10, 10, 0, -0.5, 3, 3])
  })
})
