import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { readRun } from '../../../records/index.ts'
import { run, runJson } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'

let folder: string

beforeEach(() => {
  folder = newFolder()
})

const GRID = ['search', '--env', 'grid', '--groups', '2', '--budget', '120', '--seed', '4']

describe('stepgym search', () => {
  it('searches the same tasks by each method beside best of n, with as many steps each, and records a run of each', async () => {
    const args = [
      ...GRID,
      '--method',
      'mcts',
      '--method',
      'beam:width=2',
      '--value',
      'optimal',
      '--out',
      'runs/s',
      '--budget',
      '300',
    ]
    const { code, json } = await runJson(args, { folder })
    expect(code).toBe(0)
    expect(json.methods.map(({ method }: { method: string }) => method)).toEqual(['mcts', 'beam', 'best-of-n'])
    for (const { method, run: name, steps, tasks, finished } of json.methods) {
      expect([name, tasks]).toEqual([join('runs/s', method), 2])
      expect(steps).toBeLessThanOrEqual(600)
      const groups = [...readRun(join(folder, name)).groups()].map(({ group }) => group)
      expect(groups.map(({ sampling }) => sampling?.steps).reduce((sum = 0, each = 0) => sum + each, 0)).toBe(steps)
      const recorded = [...readRun(join(folder, name)).trajectories()].flatMap(({ trajectory }) => trajectory.steps)
      expect(recorded).toHaveLength(steps)
      expect(finished).toBe(recorded.filter(({ terminated, truncated }) => terminated || truncated).length)
      expect((await runJson(['replay', name], { folder })).json).toMatchObject({ steps, first: null })
    }
    const [mcts, , baseline] = json.methods
    expect([mcts.chosen, baseline.steps]).toEqual([1, 600])
    expect((await run(['credit', 'runs/s/mcts', '--estimator', 'fork-relative'], { folder })).code).toBe(0)
  })

  it('prints a table that is the same each time, and says where a method finished nothing', async () => {
    const search = async (out: string) =>
      (await run([...GRID, '--method', 'best-first', '--value', 'return', '--budget', '7', '--out', out], { folder }))
        .out
    const one = await search('a')
    expect(one).toMatch(/method +chosen +best +mean +finished +steps\nbest-first +– +– +– +0 +14\n/)
    expect(one).toContain('best-first finished no episode of 2 tasks')
    expect((await search('b')).replaceAll('b/', 'a/')).toBe(one)
  })

  it('numbers a second search by one method, and leaves out the baseline where one is chosen', async () => {
    const methods = ['best-of-n:k=0', 'mcts', 'mcts:exploration=3'].flatMap((each) => ['--method', each])
    const { json } = await runJson([...GRID, ...methods, '--budget', '30', '--out', 'c'], { folder })
    expect(json.methods.map(({ method }: { method: string }) => method)).toEqual(['best-of-n', 'mcts', 'mcts-2'])
    expect(json.methods[2].options).toEqual({ exploration: 3 })
  })

  it.each([
    [['--method', 'mtcs'], /mcts/],
    [['--method', 'mcts:width=3'], /width/],
    [['--value', 'grade'], /a value is return, play-outs, grade:NAME, optimal or signal:NAME/],
  ])('says what is wrong with %j before it writes anything', async (args, message) => {
    const { code, err } = await run([...GRID, ...args, '--out', 'd'], { folder })
    expect([code, err]).toEqual([1, expect.stringMatching(message)])
  })
})
