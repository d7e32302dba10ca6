import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../../core/data/types.ts'
import { hookSet, type TurnHook, withOptions } from '../../../core/reward/hook.ts'
import { runTurnHooks } from '../../../core/reward/run-hooks.ts'
import { readPython } from '../../../rewards/code/python-lines.ts'
import { functionsIn, qualityOf, traitsIn } from '../../../rewards/code/test-quality.ts'
import testQuality from '../../../rewards/hooks/test-quality.ts'
import { step } from '../../support/reward-samples.ts'

const GOOD = `import pytest
from solution import add, sub

def test_add_of_negative_numbers():
    """Adds two numbers below 0."""
    total = add(
        -1,
        -2,  # in two lines
    )
    assert total == -3
    assert add(0, 0) == 0

class TestSub:
    def test_sub_refuses_text(self):
        # a text is no number
        with pytest.raises(TypeError):
            sub('a', 1)
`
const TESTED = new Set(['add', 'sub'])
const one = (body: string, name = 'test_name_of_it') => traitsIn(`def ${name}():\n${body}\n`, TESTED)?.[0]

describe('lines of Python', () => {
  it('are logical ones, without comments and with their indent', () => {
    expect(readPython("a = (1,\n  2)  # one\n\nif a: \\\n  pass\nx.y(\"#\", '''b\nc''')").lines).toEqual([
      { indent: 0, tokens: ['a', '=', '(', '1', ',', '2', ')'], hasComment: true },
      { indent: 0, tokens: ['if', 'a', ':', 'pass'], hasComment: false },
      { indent: 0, tokens: ['x.y', '(', '"#"', ',', "'''b\nc'''", ')'], hasComment: false },
    ])
  })

  it.each([
    ['x = 1', true],
    ['constructor(toString)', true],
    ['def f():\n  if x:\n      return 1\n  return 2\ny = 1', true],
    ['def f():\n\n    # only a comment\n    pass', true],
    ['f("it\'s", r\'\\d\', """a"b""")', true],
    ['', true],
    ['f(1', false],
    ['f(1])', false],
    ['x = "abc', false],
    ['x = "abc\\"', false],
    ['x = """abc', false],
    ['def f():', false],
    ['def f():\nreturn 1', false],
    ['  x = 1', false],
    ['def f():\n    x = 1\n  y = 2', false],
    ['x = 1\n    y = 2', false],
  ])('%j are well formed: %s', (source, isWellFormed) => {
    expect(readPython(source).isWellFormed).toBe(isWellFormed)
  })

  it('are read from any text, in time that grows with its length alone', () => {
    for (const part of ['.', '"', "'''", '(', '#', '\\', '\n', 'a', ' '])
      expect(typeof readPython(part.repeat(50_000)).isWellFormed).toBe('boolean')
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readPython(text).lines.every(({ tokens }) => tokens.length > 0)).toBe(true)
      }),
    )
  })
})

describe('traits of tests', () => {
  it('are those of every test function, of classes too', () => {
    const all = {
      asserts: true,
      calls: true,
      documented: true,
      named: true,
      unrepeated: true,
      straight: true,
      silent: true,
    }
    expect(traitsIn(GOOD, TESTED)).toEqual([all, all])
    expect(qualityOf(traitsIn(GOOD, TESTED))).toBe(1)
  })

  it.each([
    ['asserts', '    add(1, 2)'],
    ['calls', '    assert 1 == 1'],
    ['documented', '    assert add(1, 2) == 3'],
    ['unrepeated', '    assert add(1, 2) == 3\n    assert add(1,2)==3'],
    ['straight', '    for n in range(3):\n        assert add(n, 0) == n'],
    ['silent', '    print(add(1, 2))\n    assert add(1, 2)'],
  ] as const)('%s is missing where it should be', (trait, body) => {
    expect(one(body)).toMatchObject({ [trait]: false })
  })

  it('tell a name that says something from one that does not', () => {
    const body = '    assert add(1, 2)'
    for (const name of ['test', 'test1', 'test_2', 'test_a']) expect(one(body, name)).toMatchObject({ named: false })
    for (const name of ['test_sum', 'testEmptyList']) expect(one(body, name)).toMatchObject({ named: true })
  })

  it('know assertions of unittest, bodies in one line, and methods of the tested', () => {
    expect(one('    self.assertEqual(module.add(1, 2), 3)')).toMatchObject({ asserts: true, calls: true })
    expect(traitsIn('def test_in_one_line(): assert add(1, 2) == 3', TESTED)?.[0]).toMatchObject({ asserts: true })
    expect(functionsIn('def a(): pass\nasync def b():\n    def c(): pass\nclass D:\n    def e(self): pass')).toEqual([
      'a',
      'b',
    ])
  })
})

describe('test-quality', () => {
  const written = (content: string, path = 'test_solution.py') =>
    step({ action: { name: 'write_file', arguments: { path, content } } })
  const judge = async (hook: TurnHook, at: ReturnType<typeof step>, truth: Json = null) => {
    const grades = { before: () => ({}), after: () => ({}) }
    const [reward] = await runTurnHooks(hookSet([hook]).turn, at, [], grades, () => truth)
    return reward
  }
  const truth = { files: { 'solution.py': 'def add(a, b):\n    return a + b\n\ndef sub(a, b): return a - b' } }

  it('scores the tests that a step writes', async () => {
    expect(await judge(testQuality, written(GOOD), truth)).toMatchObject({ value: 1 })
    const half = written(`${GOOD}\ndef test_nothing_at_all():\n    pass\n\ndef test_3():\n    assert add(1, 2) == 3\n`)
    expect((await judge(testQuality, half, truth))?.value).toBeCloseTo((1 + 1 + 0 + 3 / 5) / 4, 12)
    expect(await judge(testQuality, written('def test_x(:\n    pass'), truth)).toMatchObject({ value: -1 })
    const many = step({ action: { name: 'write_files', arguments: { files: [{ path: 'a_test.py', content: GOOD }] } } })
    expect(await judge(testQuality, many, truth)).toMatchObject({ value: 1 })
  })

  it('scores one trait, where it is known', async () => {
    const calls = withOptions(testQuality, { trait: 'calls' })
    expect(await judge(calls, written(GOOD), truth)).toMatchObject({ value: 1 })
    expect(await judge(calls, written(GOOD))).toMatchObject({ value: null, reason: 'declined' })
    const named = withOptions(testQuality, { trait: 'named' })
    expect(await judge(named, written('def test_1():\n    assert add(1, 2)\n\ndef test_of_two(): pass'))).toMatchObject(
      {
        value: 0.5,
      },
    )
    const wrong = withOptions(testQuality, { trait: 'speed' })
    expect(await judge(wrong, written(GOOD))).toMatchObject({ value: null, reason: 'threw' })
  })

  it('declines where a step writes no test', async () => {
    const none = [written('def add(a, b):\n    return a + b', 'solution.py'), step({ action: { name: 'submit' } })]
    for (const each of [...none, written('test', 'notes.txt'), step({ action: 'text' })])
      expect(await judge(testQuality, each, truth)).toMatchObject({ value: null, reason: 'declined' })
  })
})
