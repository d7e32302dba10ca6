import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { newFolder } from '../../support/folder.ts'
import { describeWithReference } from '../../support/reference.ts'
import { describeWithSandbox } from '../../support/sandbox/judging.ts'
import { open, playExpert, solutionOf, start } from './support.ts'

/** A folder with these files. */
function folderOf(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = newFolder()
  mkdirSync(folder, { recursive: true })
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  return folder
}
const lines = (...records: readonly object[]): string => records.map((record) => JSON.stringify(record)).join('\n')

const ADD = {
  id: 'add',
  statement: 'Write add(a, b).',
  tests: ['assert add(1, 2) == 3', 'assert add(-1, 1) == 0'],
  public_tests: 1,
  solution: 'def add(a, b):\n    return a + b\n',
}
const ECHO = {
  id: 'echo',
  split: 'test',
  statement: 'Print the input.',
  entry: 'main.py',
  files: { 'main.py': '', 'README.md': 'hello' },
  stdin_tests: [
    { input: 'a\n', output: 'a' },
    { input: '', output: '' },
  ],
  limit_seconds: 1.5,
  solution: { 'main.py': 'import sys, help\nprint(help.same(sys.stdin.read()))', 'help.py': 'same = str' },
}

describe('a folder of tasks', () => {
  const openFolder = (files: Readonly<Record<string, string | Buffer>>) =>
    open({ dataset: 'folder', data: folderOf(files) })

  it('has the records of all its JSON files, by split', async () => {
    const { world, code } = await openFolder({
      'b.jsonl': lines(ECHO, { ...ADD, id: 7 }),
      'a.json': JSON.stringify([ADD]),
      'c.jsonl.gz': gzipSync(lines({ ...ADD, id: 'zip', split: 'test' })),
      'notes.md': 'no task',
    })
    expect(world.tasks.splits).toEqual(['train', 'test'])
    expect(code.map(({ id }) => id)).toEqual(['add', '7', 'echo', 'zip'])
    expect(code[0]).toMatchObject({
      entry: 'solution.py',
      files: {},
      judge: 'split',
      publicTests: 1,
      suite: { kind: 'code', limitSeconds: 3 },
    })
    expect(code[2]).toMatchObject({ entry: 'main.py', publicTests: 0, suite: { kind: 'stdin', limitSeconds: 1.5 } })
  })

  it.each([
    ['no JSON', 'x.jsonl', '{', 'x.jsonl, line 1'],
    ['no object', 'x.json', '[1]', 'record 0 must be an object'],
    ['no id', 'x.jsonl', lines({ ...ADD, id: null }), 'id is a text or a number'],
    ['an id twice', 'x.jsonl', lines(ADD, ADD), 'id "add" appears twice'],
    ['no test', 'x.jsonl', lines({ ...ADD, tests: [] }), 'either tests or stdin_tests'],
    ['two kinds of tests', 'x.jsonl', lines({ ...ECHO, tests: ['assert 1'] }), 'either tests or stdin_tests'],
    ['an unknown field', 'x.jsonl', lines({ ...ADD, hints: 1 }), 'no field hints'],
    ['an unknown judge', 'x.jsonl', lines({ ...ADD, judge: 'fair' }), 'judge is split or inline, not "fair"'],
    ['files that are no texts', 'x.jsonl', lines({ ...ADD, files: { a: 1 } }), 'files is an object of texts'],
    ['a limit of 0', 'x.jsonl', lines({ ...ADD, limit_seconds: 0 }), 'limit_seconds is a number above 0'],
    ['half a pair', 'x.jsonl', lines({ ...ECHO, stdin_tests: [{ input: 'a' }] }), 'stdin_tests[0]: output is a text'],
    ['no task', 'x.txt', '', 'there is no task'],
    [
      'a path out of the workspace',
      'x.jsonl',
      lines({ ...ADD, files: { '../a': '' } }),
      'the file "../a" has an empty name',
    ],
    [
      'an entry in another language',
      'x.jsonl',
      lines({ ...ECHO, entry: 'main.js' }),
      'x.jsonl, record 0: the entry "main.js" is not a Python file',
    ],
    [
      'an entry that is not a file',
      'x.jsonl',
      lines({ ...ADD, entry: '..py/.py/../a.py' }),
      'the file "..py/.py/../a.py" has an empty name',
    ],
    [
      'more public tests than tests',
      'x.jsonl',
      lines({ ...ADD, public_tests: 3 }),
      'public_tests is 3, and there are 2',
    ],
  ])('is refused with %s, and says where', async (_, name, content, message) => {
    await expect(openFolder({ [name]: content })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(message),
    })
  })

  describeWithSandbox('in the sandbox', () => {
    it('is won by the solutions, for functions and for programs of several files', async () => {
      const opened = await openFolder({ 'a.jsonl': lines(ADD, ECHO) })
      expect((await playExpert(await start(opened), 0)).at(-1)).toBe(1)
      expect((await playExpert(await start(opened, 0, 'test'), 0)).at(-1)).toBe(1)
    })

    it('is not won by another program, and says of public inputs what was wrong', async () => {
      const { call } = await start(await openFolder({ 'a.jsonl': lines({ ...ECHO, public_tests: 1 }) }), 0, 'test')
      await call('write_file', { path: 'main.py', content: 'print("b")' })
      expect((await call('run_tests')).shown).toBe(
        '0 of 1 public tests pass.\nTest 1: input "a\\n" gave "b\\n", expected "a"',
      )
      expect((await call('submit')).reward).toBe(0)
    })

    it('gives no pass to a task whose tests are broken', async () => {
      const broken = { ...ADD, setup: 'import nothing_there', tests: ['assert add(1, 2) == 3'] }
      const started = await start(await openFolder({ 'a.jsonl': lines(broken) }))
      expect((await playExpert(started, 0)).at(-1)).toBe(0)
    })

    it.each([
      ['a test', { tests: ['assert add(1, 2) == 3', 'if (add(1, 2) !== 3) throw Error()'] }, 'test 1 of the task "b"'],
      ['a test with null characters', { tests: ['assert add(1, 2) == 3\0'] }, 'test 0 of the task "b"'],
      ['a set-up', { setup: 'const x = 1' }, 'the setup of the task "b"'],
    ])('is refused with %s that is not Python', async (_, parts, text) => {
      const folder = { 'a.jsonl': lines(ADD, { ...ADD, id: 'b', public_tests: 0, ...parts }) }
      await expect(openFolder(folder)).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining(`${text} is not Python: `),
      })
    })
  })
})

describe('a file of a data set', () => {
  const problem = {
    ...{ task_id: 'HumanEval/0', prompt: 'def f(x):\n', entry_point: 'f', canonical_solution: '  return x\n' },
    test: 'def check(f):\n  assert f(1) == 1\n',
  }
  const basic = { task_id: 700, text: 'Write f.', code: 'def f(x): return x', test_list: ['assert f(1) == 1'] }

  it.each([
    ['humaneval', 'no record', '', 'there is no task'],
    ['humaneval', 'a record twice', lines(problem, problem), 'id "HumanEval/0" appears twice'],
    ['mbpp', 'a record twice', lines(basic, basic), 'id "MBPP/700" appears twice'],
    [
      'mbpp',
      'no test, which everything would pass',
      lines({ ...basic, test_list: [] }),
      'record 700: test_list has no test',
    ],
  ])('%s is refused with %s', async (dataset, _, content, message) => {
    const data = join(folderOf({ 'x.jsonl': content }), 'x.jsonl')
    await expect(open({ dataset, data })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(message),
    })
  })
})

describeWithReference('data sets', (folder) => {
  const humaneval = { dataset: 'humaneval', data: join(folder, 'data/humaneval/HumanEval.jsonl.gz') }
  const mbpp = { dataset: 'mbpp', data: join(folder, 'data/mbpp/mbpp.jsonl') }
  const sanitized = { dataset: 'sanitized-mbpp', data: join(folder, 'data/mbpp/sanitized-mbpp.json') }

  it('are read whole, by their splits', async () => {
    const sizes = async (options: object) => {
      const { world } = await open(options)
      return Object.fromEntries(world.tasks.splits.map((split) => [split, world.tasks.size(split)]))
    }
    expect(await sizes(humaneval)).toEqual({ test: 164 })
    expect(await sizes(mbpp)).toEqual({ train: 374, validation: 90, test: 500, prompt: 10 })
    const { train = 0, validation = 0, test = 0, prompt = 0 } = await sizes(sanitized)
    expect(train + validation + test + prompt).toBe(427)
  })

  it('show no hidden test to the agent', async () => {
    const { episode, task } = await start(await open(mbpp), 3, 'test')
    const text = await episode.text()
    if (task.suite.kind !== 'code') throw new Error('no code')
    expect(text).toContain(task.suite.tests[0])
    expect(text).not.toContain(task.suite.tests[1])
    expect(await (await start(await open(humaneval), 3, 'test')).episode.text()).not.toContain('def check(')
  })

  describeWithSandbox('in the sandbox', () => {
    it.each([
      ['HumanEval', humaneval],
      ['MBPP', mbpp],
      ['sanitized MBPP', sanitized],
    ])('%s is won by its reference solution', async (_, options) => {
      const opened = await open(options)
      for (const index of [0, 40]) {
        const started = await start(opened, index, 'test')
        expect([started.task.id, (await playExpert(started, 0)).at(-1)]).toEqual([started.task.id, 1])
        expect(solutionOf(started.task)).not.toBe('')
      }
    })
  })
})
