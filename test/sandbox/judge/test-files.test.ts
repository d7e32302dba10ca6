import { describe, expect, it } from 'vitest'
import { isTestFile, runTestFiles } from '../../../sandbox/judge/test-files.ts'
import { describeWithSandbox } from '../../support/sandbox/judging.ts'

describe('a test file', () => {
  it('is known by its name', () => {
    const paths = [
      'test_a.py',
      'tests/test_b.py',
      'c_test.py',
      'tests/d.py',
      'test_e.txt',
      'contest.py',
      'a/test_f/g.py',
    ]
    expect(paths.filter(isTestFile)).toEqual(['test_a.py', 'tests/test_b.py', 'c_test.py'])
  })
})

const CODE = 'def add(a, b):\n    return a + b\n'
const FUNCTIONS = `from pkg.code import add
import unittest

def test_right():
    assert add(1, 2) == 3

def test_wrong():
    assert add(1, 2) == 4

def test_raises():
    add(1)

def test_skipped():
    raise unittest.SkipTest('later')

async def test_later():
    pass

def helper():
    assert False

class TestGroup:
    def setup_method(self, *_):
        self.one = 1
    def test_in_class(self):
        assert add(self.one, 1) == 2

class Cases(unittest.TestCase):
    def test_unit(self):
        self.assertEqual(add(1, 1), 2)
    def test_unit_wrong(self):
        self.assertEqual(add(1, 1), 3)
    @unittest.skip('no')
    def test_unit_skipped(self):
        pass
    @unittest.expectedFailure
    def test_expected(self):
        self.fail()
`

describeWithSandbox('test files that run', ({ context }) => {
  const run = (files: Readonly<Record<string, string>>, paths = Object.keys(files), wallMs = 10_000) => {
    const all = { 'pkg/__init__.py': '', 'pkg/code.py': CODE, ...files }
    return runTestFiles(
      paths,
      new Map(Object.entries(all).map(([path, text]) => [path, Buffer.from(text)])),
      context,
      wallMs,
    )
  }

  it('have the status of each test, and what was wrong', async () => {
    const [result] = await run({ 'tests/test_a.py': FUNCTIONS })
    expect(result?.problem).toBeNull()
    const statuses = result?.tests.map(({ id, status }) => [id.replace('tests/test_a.py::', ''), status])
    expect(Object.fromEntries(statuses ?? [])).toEqual({
      test_right: 'PASSED',
      test_wrong: 'FAILED',
      test_raises: 'ERROR',
      test_skipped: 'SKIPPED',
      test_later: 'ERROR',
      'TestGroup::test_in_class': 'PASSED',
      'Cases::test_unit': 'PASSED',
      'Cases::test_unit_wrong': 'FAILED',
      'Cases::test_unit_skipped': 'SKIPPED',
      'Cases::test_expected': 'XFAIL',
    })
    const noteOf = (name: string) => result?.tests.find(({ id }) => id.endsWith(`::${name}`))?.note
    expect(noteOf('test_wrong')).toBe('line 8: assert add(1, 2) == 4: AssertionError; the left side is 3')
    expect(noteOf('test_raises')).toMatch(/^line 11: add\(1\): TypeError: add\(\) missing 1 required/)
    expect(noteOf('test_unit_wrong')).toBe('AssertionError: 2 != 3')
  })

  it('are an error by their path where they cannot be loaded', async () => {
    const results = await run({
      'test_a.py': 'def test_a(:\n',
      'test_b.py': 'import none_such\n',
      'test_c.py': 'def test_c():\n    pass\n',
    })
    expect(results.map(({ tests }) => tests.map(({ id, status }) => `${id} ${status}`))).toEqual([
      ['test_a.py ERROR'],
      ['test_b.py ERROR'],
      ['test_c.py::test_c PASSED'],
    ])
    expect(results[1]?.tests[0]?.note).toContain("ModuleNotFoundError: No module named 'none_such'")
  })

  it('have a problem where one hangs or ends the process, and keep what ended before', async () => {
    const before = 'def test_a():\n    pass\n'
    const [hung] = await run({ 'test_a.py': `${before}def test_b():\n    while True: pass\n` }, undefined, 1500)
    expect([hung?.tests.map(({ id }) => id), hung?.problem]).toEqual([['test_a.py::test_a'], 'time was up'])
    const [gone, rest] = await run({
      'test_a.py': `${before}def test_b():\n    import os\n    os._exit(0)\n`,
      'test_b.py': before,
    })
    expect([gone?.problem, rest?.problem]).toEqual([
      'its process ended too early (exit 0)',
      'its process ended too early (exit 0)',
    ])
    expect(rest?.tests).toEqual([])
  })

  it('keep what tests print out of the results', async () => {
    const forged = 'def test_a():\n    print(\'0 ["test_a.py::test_z", "PASSED", ""]\')\n    raise SystemExit(0)\n'
    const [result] = await run({ 'test_a.py': forged })
    expect(result?.tests.map(({ id, status }) => [id, status])).toEqual([['test_a.py::test_a', 'ERROR']])
  })
})
