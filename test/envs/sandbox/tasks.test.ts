import { describe, expect, it } from 'vitest'
import type { Json } from '../../../core/data/types.ts'
import { FAMILIES } from '../../../envs/sandbox/tasks/generate/families/index.ts'
import { type GeneratorOptions, generateTasks, milestonesOf } from '../../../envs/sandbox/tasks/generate/index.ts'
import { apply, mutantsOf, pythonOf } from '../../../envs/sandbox/tasks/generate/operation.ts'
import type { CodeTask } from '../../../sandbox/tasks/task.ts'
import { share } from '../../support/long.ts'
import { describeWithSandbox } from '../../support/sandbox/judging.ts'
import { rngOf, solutionOf } from './support.ts'

const OPTIONS: GeneratorOptions = {
  seed: 0,
  tasks: 48,
  families: [],
  functions: 3,
  depth: 2,
  broken: 0.3,
  distractors: 1,
  showsEdges: false,
}
const generate = (options: Partial<GeneratorOptions> = {}) => generateTasks({ ...OPTIONS, ...options })
const all = (tasks: ReturnType<typeof generate>): readonly CodeTask[] => Object.values(tasks).flat()
const testsOf = ({ suite }: CodeTask): readonly string[] => (suite.kind === 'code' ? suite.tests : [])

describe('generated tasks', () => {
  it('are of 12 families and 36 functions and more', () => {
    expect(FAMILIES.length).toBeGreaterThanOrEqual(12)
    const names = FAMILIES.flatMap(({ operations }) => operations.map((draw) => draw(rngOf(1)).name))
    expect(new Set(names).size).toBe(names.length)
    expect(names.length).toBeGreaterThanOrEqual(36)
  })

  it('are a function of seed and options', () => {
    expect(generate()).toEqual(generate())
    expect(generate({ seed: 1 })).not.toEqual(generate())
  })

  it('differ from each other in what they ask for, also between splits', () => {
    for (const options of [{}, { functions: 1, depth: 1, tasks: 40 }]) {
      const statements = all(generate(options)).map(({ statement }) => statement)
      expect(new Set(statements).size).toBe(statements.length)
    }
  })

  it('say so where there are not enough of them', () => {
    expect(() => generate({ functions: 1, depth: 1, broken: 0, tasks: 5000 })).toThrow(
      'fewer than 5000 different tasks',
    )
    expect(() => generate({ families: ['no-such'] })).toThrow('no family "no-such" of tasks: there are strings, lists')
  })

  it('have an id that is their place, whatever they ask for', () => {
    for (const [split, tasks] of Object.entries(generate()))
      expect(tasks.map(({ id }) => id)).toEqual(tasks.map((_, at) => `${split}-${at}`))
  })

  it('have as many functions, chained functions, distractors and broken files as asked for', () => {
    const tasks = all(generate({ functions: 5, depth: 3, distractors: 4, broken: 1, families: ['strings', 'dates'] }))
    for (const { parts = [], files, statement } of tasks) {
      expect(parts.length).toBe(6)
      expect(Object.keys(files)).toHaveLength(5)
      expect(statement).toMatch(/^solution.py has mistakes/)
      expect(parts.at(-1)?.source).toMatch(/^def combined\(value\):\n {4}return \w+\(\w+\((\w+\()?value\)/)
    }
    expect(tasks.some(({ parts }) => /return \w+\(\w+\(\w+\(value\)\)\)/.test(parts?.at(-1)?.source ?? ''))).toBe(true)
    const bare = all(generate({ functions: 1, depth: 1, distractors: 0, broken: 0, tasks: 20 }))
    for (const { parts, files } of bare) expect([parts?.length, Object.keys(files)]).toEqual([1, []])
  })

  it('show an argument at a boundary only if asked to', () => {
    const shown = (showsEdges: boolean) =>
      all(generate({ showsEdges, broken: 0 })).map(({ publicTests, parts }) => publicTests / (parts?.length ?? 1))
    expect(new Set(shown(false))).toEqual(new Set([2]))
    expect(Math.min(...shown(true))).toBeGreaterThan(2)
  })

  it('keep hidden tests out of what agents see', () => {
    for (const task of all(generate({ showsEdges: true })))
      for (const test of testsOf(task).slice(task.publicTests))
        if (!testsOf(task).slice(0, task.publicTests).includes(test))
          expect(JSON.stringify([task.statement, task.files, task.id])).not.toContain(test)
  })

  it('have mutants that are other code', () => {
    for (let seed = 0; seed < 40; seed++)
      for (const operation of FAMILIES.flatMap(({ operations }) => operations.map((draw) => draw(rngOf(seed))))) {
        const mutants = mutantsOf(operation)
        expect(mutants.length).toBeGreaterThanOrEqual(2)
        expect(new Set([operation.source, ...mutants]).size).toBe(mutants.length + 1)
      }
  })
})

describeWithSandbox('in the sandbox, a generated task', ({ verdict }) => {
  const tasks = all(generate({ seed: 3, tasks: share(8, 160) }))
  const passesOf = async (task: CodeTask, source: string) => {
    if (task.suite.kind !== 'code') return []
    return (await verdict(source, task.suite)).outcomes.map(({ status }) => status === 'passed')
  }

  it('is passed by its reference solution', async () => {
    for (const task of tasks)
      expect([task.id, new Set(await passesOf(task, solutionOf(task)))]).toEqual([task.id, new Set([true])])
  })

  it('has milestones that pass exactly the tests that they say', async () => {
    for (const task of tasks.slice(0, share(2, 60)))
      for (const { files, passes } of milestonesOf(task))
        expect([task.id, await passesOf(task, files[task.entry] ?? '')]).toEqual([task.id, passes])
  })

  it('is not passed by the file that is to be repaired', async () => {
    const broken = tasks.filter(({ files, entry }) => Object.hasOwn(files, entry))
    expect(broken.length).toBeGreaterThan(share(1, 2))
    for (const task of broken.slice(0, share(5, 200)))
      expect((await passesOf(task, task.files[task.entry] ?? '')).every(Boolean)).toBe(false)
  })

  it('has a chaining function whose wrong versions fail a hidden test', async () => {
    for (const task of tasks.slice(0, share(2, 100))) {
      const chain = task.parts?.at(-1)
      for (const mutant of chain?.mutants ?? []) {
        const passes = await passesOf(
          task,
          solutionOf(task).replace(chain?.source ?? '', () => mutant),
        )
        expect([task.id, passes.slice(task.publicTests).every(Boolean)]).toEqual([task.id, false])
      }
    }
  })

  it('has for every function tests at the boundaries that fail each of its wrong versions, and pass the right one', async () => {
    for (let seed = 0; seed < share(1, 5); seed++)
      for (const operation of FAMILIES.flatMap(({ operations }) => share(operations.slice(0, 1), operations)).map(
        (draw) => draw(rngOf(seed)),
      )) {
        const testOf = (edge: Json) =>
          `assert ${operation.name}(${pythonOf(edge)}) == ${pythonOf(apply(operation, edge))}`
        const suite = { tests: operation.edges.map(testOf) }
        const passes = async (source: string) =>
          (await verdict(source, suite)).outcomes.every(({ status }) => status === 'passed')
        expect([operation.name, await passes(operation.source)]).toEqual([operation.name, true])
        for (const mutant of mutantsOf(operation)) expect([mutant, await passes(mutant)]).toEqual([mutant, false])
      }
  })
})
