import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NO_ANCHOR, parseBatch, parseBatchText, type StepBatch } from '../../../core/batch/index.ts'

const refused = (message: string): unknown =>
  expect.objectContaining({ code: 'BATCH_INVALID', message: expect.stringContaining(message) })

/** Values of a signal, null where they are not known. */
const signalOf = ({ signals }: StepBatch, name = 'env'): readonly (number | null)[] => {
  const { values = [], known = [] } = signals.get(name) ?? {}
  return Array.from(values, (value, row) => (known[row] ? value : null))
}

describe('a batch as Python writes it', () => {
  const NAN = '{"trajectory": ["a", "b", "c"], "group": ["g", "g", "g"], "signals": {"env": [NaN, -Infinity, 1.0]}}'

  it('has null for NaN and the infinities, and says in which column and row', () => {
    const batch = parseBatchText(NAN)
    expect(signalOf(batch)).toEqual([null, null, 1])
    expect(batch.notes).toEqual(['signals.env: row 0 is NaN, row 1 is -Infinity, read as null'])
  })

  it('says the same of numbers that were parsed already, of outcomes, and of tokens', () => {
    const batch = parseBatch({
      trajectory: ['a', 'b'],
      group: ['g', 'g'],
      outcomes: { success: [Number.NaN, 1] },
      perToken: { process: [[1, Number.NaN], [2]] },
    })
    expect(batch.notes).toEqual([
      'perToken.process: row 0 is NaN at token 1, read as null',
      'outcomes.success: row 0 is NaN, read as null',
    ])
    expect(signalOf(batch, 'process')).toEqual([null, 2])
    expect([...(batch.outcomes.get('success')?.known ?? [])]).toEqual([0, 1])
  })

  it('names the first places of many', () => {
    const many = Array.from({ length: 9 }, () => Number.NaN)
    const { notes } = parseBatch({
      trajectory: many.map((_, row) => row),
      group: many.map(() => 0),
      signals: { env: many },
    })
    expect(notes).toEqual([
      expect.stringMatching(/^signals\.env: row 0 is NaN, .*row 4 is NaN and 4 more, read as null$/),
    ])
  })

  it('may begin with a byte order mark', () => {
    expect(signalOf(parseBatchText(`\uFEFF${NAN}`))).toEqual([null, null, 1])
  })

  it('has integers for ids, exactly', () => {
    const text =
      '{"trajectory": [9007199254740993, 9007199254740992, 3], "group": [1, 1, -2], "signals": {"env": [1, 2, 3]}}'
    const { trajectories, groups } = parseBatchText(text)
    expect(trajectories.ids).toEqual(['9007199254740993', '9007199254740992', '3'])
    expect(groups).toEqual(['1', '-2'])
  })

  it('keeps long integers in anchors and actions apart, alone and within lists', () => {
    const [one, other] = ['9007199254740993', '9007199254740992']
    const cells = [one, other, `[${one}]`, `[${other}]`, one, `${other}.0`]
    const text = `{"trajectory": [0, 1, 2, 3, 4, 5], "group": [0, 0, 0, 0, 0, 0], "anchors": {"state": [${cells}]}, "action": [${cells}]}`
    for (const equality of ['exact', 'python'] as const) {
      const { anchors, actions } = parseBatchText(text, { equality })
      expect([...(anchors.get('state')?.ids ?? [])]).toEqual([0, 1, 2, 3, 0, 1])
      expect([...(actions ?? [])]).toEqual([0, 1, 2, 3, 0, 1])
    }
  })

  it('takes 0 and 1 for flags, and truth values for numbers', () => {
    const batch = parseBatch({
      trajectory: ['a', 'b'],
      group: ['g', 'g'],
      isActionValid: [1, 0.0],
      truncated: [0, 1],
      signals: { env: [true, false] },
    })
    expect([...batch.isActionValid]).toEqual([1, 0])
    expect([...batch.trajectories.isTruncated]).toEqual([0, 1])
    expect(signalOf(batch)).toEqual([1, 0])
  })

  it("is given under verl's names, and leaves out what has no meaning here", () => {
    const batch = parseBatch({
      uid: ['g', 'g'],
      traj_uid: ['a', 'b'],
      anchor_obs: ['p', 'p'],
      step_rewards: [1, 0],
      is_action_valid: [true, false],
      data_source: ['x', 'x'],
    })
    expect(signalOf(batch)).toEqual([1, 0])
    expect([...(batch.anchors.get('text')?.ids ?? [])]).toEqual([0, 0])
    expect([...batch.isActionValid]).toEqual([1, 0])
    expect(batch.notes).toEqual([
      'columns that were not read: data_source',
      expect.stringContaining('step_rewards is read as the signal env'),
    ])
  })

  it('refuses invalid ids, mixed kinds, and one column under two names', () => {
    expect(() => parseBatch({ trajectory: [0.5], group: ['g'] })).toThrow(refused('row 0: trajectory is 0.5'))
    expect(() => parseBatch({ trajectory: ['1', 1], group: [0, 0] })).toThrow(refused('row 1: trajectory is 1'))
    expect(() => parseBatch({ trajectory: [null], group: ['g'] })).toThrow(refused('row 0: trajectory is null'))
    expect(() => parseBatch({ trajectory: [2 ** 53], group: ['g'] })).toThrow(
      refused('row 0: trajectory is 9007199254740992'),
    )
    expect(() => parseBatch({ trajectory: ['a'], group: ['g'], uid: ['g'] })).toThrow(refused('two columns are group'))
    const twice = { trajectory: ['a'], group: ['g'], signals: { env: [1] }, 'signals.env': [2] }
    expect(() => parseBatch(twice)).toThrow(refused('two columns are env'))
  })
})

describe('a batch of records', () => {
  const RECORDS = [
    { trajectory: 'a', group: 'g', signals: { env: 1 }, 'anchors.text': 'p' },
    { trajectory: 'b', group: 'g', signals: { other: 2 } },
    { trajectory: 'b', group: 'g', signals: { env: 0 }, 'anchors.text': 'q' },
  ]
  const COLUMNS = {
    trajectory: ['a', 'b', 'b'],
    group: ['g', 'g', 'g'],
    signals: { env: [1, null, 0], other: [null, 2, null] },
    anchors: { text: ['p', null, 'q'] },
  }

  it('is the batch of its columns, as an array or as lines', () => {
    const lines = `${RECORDS.map((record) => JSON.stringify(record)).join('\r\n')}\n\n`
    for (const batch of [parseBatch(RECORDS), parseBatchText(JSON.stringify(RECORDS)), parseBatchText(lines)])
      expect(batch).toEqual(parseBatch(COLUMNS))
    const [first] = RECORDS
    expect(parseBatchText(JSON.stringify(first)).trajectories.ids).toEqual(['a'])
  })

  it('names the row without a column, and the line that is not JSON', () => {
    expect(() => parseBatch([RECORDS[0], { trajectory: 'b' }])).toThrow(refused('row 1: group is missing'))
    expect(() => parseBatch([RECORDS[0], 5])).toThrow(refused('row 1 is not a record'))
    expect(() => parseBatchText('{"trajectory": "a", "group": "g"}\n{"trajectory": ')).toThrow(
      refused('line 2 is not JSON'),
    )
    expect(() => parseBatchText('{"trajectory": [')).toThrow(refused('no JSON'))
  })

  it.each([
    [
      'of a record',
      '[{"trajectory": "a", "group": "g"}, {"trajectory": "b", "group": "g", "group": "h"}]',
      'row 1 has the key "group" twice',
    ],
    [
      'within a record',
      '[{"trajectory": "a", "group": "g", "signals": {"env": 1, "env": 0}}]',
      'row 0: signals has the key "env" twice',
    ],
    [
      'of a line',
      '{"trajectory": "a", "group": "g"}\n\n{"group": "g", "trajectory": "b", "group": "h"}',
      'line 3 has the key "group" twice',
    ],
    [
      'of the only line',
      '{"trajectory": "a", "group": "g", "trajectory": "b"}',
      'the batch has the key "trajectory" twice',
    ],
    [
      'of columns',
      '{"trajectory": ["a"], "group": ["g"], "signals": {"env": [1]}, "signals": {"env": [0]}}',
      'the batch has the key "signals" twice',
    ],
    [
      'of a column of columns',
      '{"trajectory": ["a"], "group": ["g"], "signals": {"env": [1], "env": [0]}}',
      'signals has the key "env" twice',
    ],
    [
      'in an action',
      '{"trajectory": ["a"], "group": ["g"], "action": [{"k": {"x": 1, "x": 1}}]}',
      'row 0: action.k has the key "x" twice',
    ],
    [
      'written with an escape',
      '{"trajectory": ["a"], "group": ["g"], "gr\\u006fup": ["h"]}',
      'the batch has the key "group" twice',
    ],
    [
      'beside a NaN',
      '{"trajectory": ["a"], "group": ["g"], "group": ["h"], "signals": {"env": [NaN]}}',
      'the batch has the key "group" twice',
    ],
    [
      'that is __proto__',
      '{"trajectory": ["a"], "group": ["g"], "signals": {"__proto__": [1], "__proto__": [0]}}',
      'signals has the key "__proto__" twice',
    ],
  ])('refuses a key twice, which one reader or another would leave out: %s', (_, text, message) => {
    expect(() => parseBatchText(text)).toThrow(refused(message))
  })

  it('takes a colon in a text for no key', () => {
    const text =
      '[{"trajectory": "a:b\\":", "group": "g", "anchors.text": "{\\"a\\": 1, \\"a\\": 2}", "action": {"a": {"a": ":"}}}]'
    expect(parseBatchText(text).trajectories.ids).toEqual(['a:b":'])
  })

  it('says what an empty batch lacks', () => {
    for (const text of ['', '\uFEFF\n', '[]', '{"trajectory": [], "group": []}'])
      expect(() => parseBatchText(text)).toThrow(refused('a batch needs at least one row'))
    expect(() => parseBatchText('{}')).toThrow(refused('the column trajectory is missing'))
    expect(() => parseBatchText('{"trajectory": ["a"]}')).toThrow(refused('the column group is missing'))
  })

  it('keeps names such as __proto__ as what they are', () => {
    const batch = parseBatchText('[{"trajectory": "a", "group": "g", "signals": {"__proto__": 1, "env": 2}}]')
    expect([...batch.signals.keys()].toSorted()).toEqual(['__proto__', 'env'])
  })

  it('reads back every batch of records as the batch of its columns', () => {
    const cell = fc.oneof(fc.constant(null), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer())
    const row = fc.record({ t: fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), env: cell, anchor: fc.jsonValue() })
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 8 }), (rows) => {
        const record = ({ t, env, anchor }: (typeof rows)[number]): string =>
          `{"trajectory": ${t}, "group": 0, "signals.env": ${Object.is(env, -0) ? '-0.0' : JSON.stringify(env)}, "anchors.state": ${JSON.stringify(anchor)}}`
        const batch = parseBatchText(rows.map(record).join('\n'))
        const plain = parseBatch({
          trajectory: rows.map(({ t }) => `${t}`),
          group: rows.map(() => 0),
          signals: { env: rows.map(({ env }) => env) },
          anchors: { state: rows.map(({ anchor }) => structuredClone(JSON.parse(JSON.stringify(anchor)))) },
        })
        expect(batch).toEqual(plain)
      }),
    )
  })

  it('is read as pandas splits it into columns and data', () => {
    const split = {
      columns: ['trajectory', 'group', 'signals.env', '__index_level_0__'],
      index: [7, 3],
      data: [
        ['a', 'g', 1, 7],
        ['b', 'g', 0, 3],
      ],
    }
    const batch = parseBatch(split)
    expect(batch.trajectories.ids).toEqual(['a', 'b'])
    expect(signalOf(batch)).toEqual([1, 0])
    expect(batch.notes).toEqual(['columns that were not read: __index_level_0__'])
    expect(() => parseBatch({ ...split, data: [['a', 'g']] })).toThrow(refused('row 0 of data has not one cell'))
  })

  it.each([
    ['columns', { trajectory: { 0: 'a' }, group: { 0: 'g' } }],
    ['columns', { uid: { 0: 'g' }, traj_uid: { 0: 'a' } }],
    ['index', { 0: { trajectory: 'a', group: 'g' } }],
    ['table', { schema: { fields: [] }, data: [{ trajectory: 'a', group: 'g' }] }],
  ])('is refused as pandas writes it with orient=%s, with what to write', (form, json) => {
    expect(() => parseBatch(json)).toThrow(refused(`to_json(orient="${form}") writes: write orient="records"`))
  })

  it('has no next anchor if none was recorded', () => {
    expect([...(parseBatch(COLUMNS).anchors.get('text')?.nextIds ?? [])].at(-1)).toBe(NO_ANCHOR)
  })
})
