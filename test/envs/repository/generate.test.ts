import { describe, expect, it } from 'vitest'
import { type GeneratorSettings, generateTask, SPLIT_NAMES } from '../../../envs/repository/generate/index.ts'
import { hiddenResults } from '../../../envs/repository/judge.ts'
import { PROJECTS } from '../../../envs/repository/projects/index.ts'
import { MISTAKES } from '../../../envs/repository/python/mutations.ts'
import type { RepositoryTask } from '../../../envs/repository/task.ts'
import { changed, workspaceOf } from '../../../sandbox/episode/workspace.ts'
import { share } from '../../support/long.ts'
import { describeWithSandbox } from '../../support/sandbox/judging.ts'

const SETTINGS: GeneratorSettings = { seed: 0, families: [], bugs: 1, packages: 2, report: 'call', shown: 0.5 }
const generate = (
  index: number,
  settings: Partial<GeneratorSettings> = {},
  split: 'train' | 'validation' | 'test' = 'train',
) => generateTask({ ...SETTINGS, ...settings }, split, index)
const many = (count: number, settings: Partial<GeneratorSettings> = {}) =>
  Array.from({ length: count }, (_, index) => generate(index, settings))

const changedFiles = ({ files, reference }: RepositoryTask): readonly string[] =>
  Object.keys(files).filter((path) => files[path] !== reference?.[path])

describe('generated repositories', () => {
  it('are a function of seed, options and place', () => {
    const plain = (task: RepositoryTask) => ({ ...task, slips: task.slips() })
    expect(plain(generate(3))).toEqual(plain(generate(3)))
    expect(generate(3, { seed: 1 }).files).not.toEqual(generate(3).files)
    expect(generate(3).files).not.toEqual(generate(4).files)
  })

  it('have ids that are their places', () => {
    for (const split of SPLIT_NAMES) expect(generate(2, {}, split).id).toBe(`${split}-2`)
  })

  it('have the packages that were asked for, with tests and a README', () => {
    for (const packages of [1, 2, 3]) {
      const { files } = generate(0, { packages })
      expect(Object.keys(files).filter((path) => path.endsWith('__init__.py'))).toHaveLength(packages)
      expect(Object.keys(files).filter((path) => path.startsWith('tests/test_')).length).toBeGreaterThan(2)
      expect(files['README.md']).toContain(PROJECTS[0]?.summary)
    }
    expect(Object.keys(generate(5, { families: ['league'], packages: 1 }).files)).toContain('league/table.py')
  })

  it('differ from the solution at the faulty lines only, in as many functions as there are bugs', () => {
    for (const bugs of [1, 2, 3])
      for (const task of many(share(6, 60), { bugs })) {
        expect(task.faults).toHaveLength(bugs)
        expect([...new Set(task.faults.map(({ path }) => path))].sort()).toEqual([...changedFiles(task)].sort())
        for (const path of changedFiles(task)) expect(wrongLines(task, path)).toEqual(faultyLines(task, path))
      }
  })

  it('have every kind of mistake, about as often as each other', () => {
    const kinds = many(share(60, 400)).map(({ faults }) => faults[0]?.kind)
    expect(new Set(kinds)).toEqual(new Set(MISTAKES))
    for (const kind of MISTAKES) expect(kinds.filter((each) => each === kind).length / kinds.length).toBeLessThan(0.35)
  })

  it('share no mistake in the same project between splits', () => {
    const keyOf = ({ files, faults }: RepositoryTask) => faults.map(({ path }) => `${path}\n${files[path]}`)
    const seen = SPLIT_NAMES.map(
      (split) => new Set(Array.from({ length: share(20, 100) }, (_, at) => generate(at, {}, split)).flatMap(keyOf)),
    )
    for (const [at, one] of seen.entries())
      for (const other of seen.slice(at + 1)) expect([...one].filter((key) => other.has(key))).toEqual([])
  })

  it('say as much as was asked for, and no hidden test', () => {
    for (const report of ['call', 'function', 'package'] as const)
      for (const task of many(6, { report })) {
        expect(task.statement.includes(', expected `')).toBe(report === 'call')
        expect(task.statement.includes('gives wrong results')).toBe(report === 'function')
        if (task.hidden.kind !== 'calls') throw new Error('no calls')
        const shown = JSON.stringify([task.statement, task.files, task.id]).replaceAll('\\"', '"')
        for (const test of task.hidden.suite.tests.slice(0, task.tests.failToPass.length)) {
          const [, name = '', rest = ''] = /^assert \w+?__(\w+?)(\(.*)$/.exec(test.replace(/__(\w+)__/, '__')) ?? []
          expect(shown).not.toContain(`${name}${rest}`)
        }
      }
  })

  it('refuse a family that there is not, by name', () => {
    expect(() => generate(0, { families: ['bakery'] })).toThrow(
      'no family "bakery" of repositories: there are shop, league',
    )
  })

  it('have wrong lines for the expert, each in place of a line that is there once', () => {
    for (const { slips, reference } of many(10)) {
      expect(slips().length).toBeGreaterThan(1)
      for (const { path, right, wrong } of slips()) {
        expect(String(reference?.[path]).split(right)).toHaveLength(2)
        expect(wrong).not.toBe(right)
      }
    }
  })
})

/** Lines that are other than in the solution, and are not moved. */
function wrongLines({ files, reference }: RepositoryTask, path: string): readonly number[] {
  const [mine, right] = [String(files[path]).split('\n'), String(reference?.[path]).split('\n')]
  let other = 0
  const wrong: number[] = []
  for (const [at, line] of mine.entries()) {
    if (line === right[other]) other++
    else {
      const next = right.indexOf(line, other)
      wrong.push(at + 1)
      // Deleted lines: the line that is there now comes later in the solution; else it stands in place of one.
      other = next > other && mine.length < right.length ? next + 1 : other + 1
    }
  }
  return wrong
}

const faultyLines = ({ faults }: RepositoryTask, path: string): readonly number[] =>
  faults
    .filter((fault) => fault.path === path)
    .map(({ line }) => line)
    .sort((a, b) => a - b)

describeWithSandbox('in CPython, hidden tests', ({ context }) => {
  const resultsOf = async (task: RepositoryTask, files: RepositoryTask['files']) =>
    (await hiddenResults(workspaceOf(files), task, context)).passed
  const expected = ({ tests }: RepositoryTask) => [
    ...tests.failToPass.map(() => false),
    ...tests.passToPass.map(() => true),
  ]

  it('fail at the start exactly where the task says, and all pass with the solution', async () => {
    for (const task of many(share(9, 120), { bugs: 2 })) {
      expect([task.id, await resultsOf(task, task.files)]).toEqual([task.id, expected(task)])
      expect((await resultsOf(task, task.reference ?? {})).every(Boolean)).toBe(true)
    }
  })

  it('are not all passed by who leaves out the repair of a function', async () => {
    for (const task of many(share(4, 40), { bugs: 3 }))
      for (const path of new Set(changedFiles(task))) {
        const partly = { ...task.reference, [path]: task.files[path] ?? '' }
        expect((await resultsOf(task, partly)).every(Boolean)).toBe(false)
      }
  })

  it('fail with each of the wrong lines of the expert', async () => {
    for (const task of many(share(3, 40)))
      for (const { path, right, wrong } of task.slips()) {
        const text = String(task.reference?.[path]).replace(right, () => wrong)
        expect((await resultsOf(task, { ...task.reference, [path]: text })).every(Boolean)).toBe(false)
      }
  })

  it('fail alone for a module that cannot be imported', async () => {
    const task = generate(0)
    const workspace = changed(workspaceOf(task.reference ?? {}), { 'shop/pricing.py': 'this is no Python' })
    const { passed, judge } = await hiddenResults(workspace, task, context)
    expect(judge).toBe('split')
    expect(passed.some(Boolean)).toBe(true)
    expect(passed.every(Boolean)).toBe(false)
  })
})
