import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, fingerprintOf, hashOf, tagOf } from '../../core/data/hash.ts'
import { chain, expectSync, together } from '../../core/data/maybe-promise.ts'
import { seal } from '../../core/data/plain.ts'
import { isProblem, parserOf, problem, schemaOf, textAction } from '../../core/episode/action.ts'
import { TaskSet } from '../../core/episode/tasks.ts'

const code = (expected: string): unknown => expect.objectContaining({ code: expected })

/** The same value with the keys of every object in another order. */
const reordered = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reordered)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reordered(item)]),
  )
}

describe('hashes of plain data', () => {
  it('do not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.object(), (value) => {
        expect(canonicalJson(reordered(value))).toBe(canonicalJson(value))
        expect(fingerprintOf({ v: reordered(value) })).toBe(fingerprintOf({ v: value }))
      }),
    )
  })

  it('distinguish different values', () => {
    const values = [
      {},
      [],
      { a: 1 },
      { a: '1' },
      { a: [1] },
      { a: null },
      { a: 'null' },
      [1, 2],
      [2, 1],
      { a: { b: 1 } },
      { b: { a: 1 } },
      ['a', 'b'],
      ['ab', ''],
    ]
    expect(new Set(values.map(hashOf)).size).toBe(values.length)
    expect(new Set(values.map(fingerprintOf)).size).toBe(values.length)
  })

  it('give a state other tags under another key', () => {
    expect(tagOf('k1', { a: 1 })).toBe(tagOf('k1', { a: 1 }))
    expect(tagOf('k1', { a: 1 })).not.toBe(tagOf('k2', { a: 1 }))
  })
})

describe('seal', () => {
  it('freezes everything that JSON can carry, at every depth', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify({ value }))
        const sealed = seal(plain as { value: unknown })
        const isDeeplyFrozen = (item: unknown): boolean =>
          typeof item !== 'object' ||
          item === null ||
          (Object.isFrozen(item) && Object.values(item).every(isDeeplyFrozen))
        expect(isDeeplyFrozen(sealed)).toBe(true)
      }),
    )
  })

  it.each([
    ['undefined', { a: { b: undefined } }, 'state.a.b is undefined'],
    ['NaN', { a: [1, Number.NaN] }, 'state.a.1 is NaN'],
    ['minus zero', { a: -0 }, 'state.a is -0'],
    ['a Map', { a: new Map() }, 'state.a is a Map'],
    ['a Date', { a: new Date() }, 'state.a is a Date'],
    ['a bigint', { a: 1n }, 'state.a is 1'],
    ['a symbol key', { [Symbol('x')]: 1 }, 'symbol keys'],
  ])('refuses %s and says where', (_, state, message) => {
    expect(() => seal(state)).toThrow(message)
    expect(() => seal(state)).toThrow(code('STATE_NOT_PLAIN'))
  })

  it('refuses a state that contains itself', () => {
    const knot: Record<string, unknown> = {}
    knot.self = knot
    expect(() => seal(knot)).toThrow(/contains itself/)
  })
})

describe('TaskSet', () => {
  const tasks = new TaskSet({
    train: [{ id: 'a', public: 1 }, { id: 'b' }],
    test: [{ id: 'c', private: { answer: 1 } }],
  })

  it('finds tasks by split and position, and by id', () => {
    expect(tasks.at('train', 0)).toEqual({ id: 'a', split: 'train', public: 1, private: null })
    expect(tasks.byId('c')).toEqual(tasks.at('test', 0))
    expect([tasks.splits, tasks.size('train')]).toEqual([['train', 'test'], 2])
  })

  it.each([
    ['another split', () => tasks.at('dev', 0), 'splits are train, test'],
    ['an inherited name', () => tasks.at('constructor', 0), 'splits are'],
    ['a position outside', () => tasks.at('train', 2), '0 to 1'],
    ['a negative position', () => tasks.at('train', -1), '0 to 1'],
    ['no position', () => tasks.at('train', Number.NaN), '0 to 1'],
    ['another id', () => tasks.byId('zz'), '"zz"'],
  ])('refuses %s and says what there is', (_, act, message) => {
    expect(act).toThrow(message)
    expect(act).toThrow(code('TASK_UNKNOWN'))
  })
})

describe('action parsers', () => {
  it('may be functions, described parsers or standard schemas', () => {
    const schema = {
      '~standard': {
        validate: (value: unknown) =>
          value === 1 ? { value: 'one' } : { issues: [{ message: 'not one', path: ['a', { key: 0 }] }] },
        jsonSchema: { input: () => ({ const: 1 }) },
      },
    }
    expect(parserOf((raw) => raw)(5)).toBe(5)
    expect(parserOf(schema)(1)).toBe('one')
    expect(parserOf(schema)(2)).toEqual(problem('a.0: not one'))
    expect(schemaOf(schema)).toEqual({ const: 1 })
    expect(parserOf(textAction((text) => text.length))('four')).toBe(4)
    expect(isProblem(parserOf(textAction((text) => text.length))(null))).toBe(true)
    expect(schemaOf(textAction((text) => text))).toMatchObject({ type: 'string' })
    expect(schemaOf((raw) => raw)).toBeNull()
  })
})

describe('values that may come late', () => {
  it('stay plain while everything is plain', async () => {
    expect(chain(1, (n) => n + 1)).toBe(2)
    expect(await chain(Promise.resolve(1), (n) => n + 1)).toBe(2)
    expect(together([1, 2])).toEqual([1, 2])
    expect(await together([1, Promise.resolve(2)])).toEqual([1, 2])
    expect(expectSync(3)).toBe(3)
    expect(() => expectSync(Promise.resolve(3))).toThrow(code('ENV_ASYNC'))
  })
})
