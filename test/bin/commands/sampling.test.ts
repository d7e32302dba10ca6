import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { readRun } from '../../../records/index.ts'
import { run, runJson } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'

let folder: string

beforeEach(() => {
  folder = newFolder()
})

const SHOP = ['--env', 'webshop', '--set', 'catalogue.generated.products=60']
const GUESS = ['--env', 'guess-number', '--groups', '3']
const rollout = (args: readonly string[]) => runJson(['rollout', ...args], { folder })

/** A run as what happened in it: no times, no key. */
const branchesOf = (name: string) =>
  [...readRun(join(folder, name)).trajectories()]
    .map(({ start: { parentId, past }, trajectory: { id, seed, forkPath, ending, endingReason, steps } }) => ({
      ...{ id, seed, forkPath, ending, endingReason, parentId, past: past.length },
      steps: steps.map(({ action, observation, rewards }) => [action, observation, rewards.map(({ value }) => value)]),
    }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))

describe('stepgym rollout --sampling', () => {
  it('samples the web shop by prefix, which is played again exactly and credited fork by fork', async () => {
    const { code, json } = await rollout([...SHOP, '--sampling', 'prefix', '--k', '4', '--out', 'runs/b'])
    expect(code).toBe(0)
    const trees = branchesOf('runs/b')
    const steps = trees.reduce((sum, each) => sum + each.steps.length, 0)
    expect(json).toMatchObject({
      ...{ run: 'runs/b', agent: 'random', summary: { episodes: trees.length, steps } },
      sampling: { mode: 'prefix', branches: trees.length, steps, spent: 0 },
    })
    expect(json.sampling.best).toBeGreaterThanOrEqual(json.sampling.mean)
    const replayed = await runJson(['replay', 'runs/b'], { folder })
    expect([replayed.code, replayed.json.steps, replayed.json.first]).toEqual([0, steps, null])
    const credited = await runJson(['credit', 'runs/b', '--estimator', 'fork-relative'], { folder })
    expect(credited.code).toBe(0)
    expect(credited.json).toMatchObject({
      trajectories: trees.length,
      groups: 4,
      estimators: [{ name: 'fork-relative', reason: null, spread: { share: 1 } }],
    })
    expect(credited.json.steps).toBe(trees.reduce((sum, each) => sum + each.past + each.steps.length, 0))
    const lines = readFileSync(join(folder, 'runs/b.credit.jsonl'), 'utf8').trimEnd().split('\n')
    expect(lines).toHaveLength(credited.json.steps)
  })

  it.each(['prefix', 'prefix:playOn=true', 'tree:at=[0,2],k=2', 'best-of-n', 'rerank:value=return'])(
    'repeats the same run with mode %s for any number of concurrent groups, and records the mode',
    async (sampling) => {
      const args = [...GUESS, '--sampling', sampling, '--budget', '25', '--seed', '5']
      const { json } = await rollout([...args, '--out', 'a'])
      await rollout([...args, '--out', 'b', '--concurrency', '3'])
      expect(branchesOf('b')).toEqual(branchesOf('a'))
      const [mode] = sampling.split(':')
      const { limits } = readRun(join(folder, 'a')).manifest
      expect(limits).toMatchObject({ budget: 25, sampling: { mode } })
      for (const { group } of readRun(join(folder, 'a')).groups()) {
        expect(group.sampling).toMatchObject({ mode, budget: 25 })
        expect(group.sampling?.steps).toBeLessThanOrEqual(25)
      }
      expect(json.sampling.steps).toBe(json.summary.steps)
      expect((await run(['replay', 'a'], { folder })).code).toBe(0)
    },
  )

  it('prints branches, steps and returns, and draws groups on a terminal', async () => {
    const { code, out, err } = await run(
      ['rollout', ...GUESS, '--sampling', 'tree', '--budget', '40', '--out', 'run'],
      { folder, isTTY: true },
    )
    expect([code, err]).toEqual([0, expect.not.stringContaining('Warning')])
    expect(out).toMatch(
      /\ntree: \d+ branches of \d+ steps; return of a group: best -?[\d.]+, mean -?[\d.]+, chosen -?[\d.]+\n/,
    )
    expect(out).toMatch(/\n3 groups spent their budget\n/)
  })

  it('replaces one action of a recorded trajectory, beside what it was', async () => {
    await rollout([...SHOP, '--sampling', 'tree:k=2', '--groups', '1', '--seed', '3', '--out', 'a'])
    const chosen = branchesOf('a').find(({ steps, past }) => past > 0 && steps.length > 1)
    if (!chosen) throw new Error('there should be a fork')
    const step = `${chosen.past + 1}`
    const args = [
      '--sampling',
      'intervene',
      '--from',
      'a',
      '--trajectory',
      chosen.id,
      '--step',
      step,
      '--action',
      'click[back to search]',
      '--k',
      '2',
    ]
    const { code, json } = await rollout([...args, '--hook', 'progress', '--out', 'b'])
    expect(code).toBe(0)
    expect(json.sampling).toMatchObject({ mode: 'intervene', branches: 3 })
    const [original, ...futures] = branchesOf('b')
    expect(original?.steps).toHaveLength(chosen.past + chosen.steps.length)
    expect(original?.steps.slice(chosen.past).map(([action]) => action)).toEqual(chosen.steps.map(([action]) => action))
    expect(futures.map((each) => [each.past, each.steps[0]?.[0], each.parentId])).toEqual(
      [1, 2].map(() => [Number(step), 'click[back to search]', '0.0']),
    )
    expect((await run(['replay', 'b'], { folder })).code).toBe(0)
    expect((await run(['credit', 'b', '--estimator', 'fork-relative'], { folder })).code).toBe(0)
  })

  const INTERVENE = ['--sampling', 'intervene', '--from', 'a', '--trajectory', '0.0', '--step', '0', '--action', '1']

  it.each([
    [
      [...GUESS, '--sampling', 'breadth'],
      'there is no sampling mode breadth: there are prefix, tree, best-of-n, early-rejection, rerank, mcts, best-first, beam, and intervene',
    ],
    [[...GUESS, '--sampling', 'prefix:n=3'], 'sampling mode prefix has no option n'],
    [[...GUESS, '--sampling', 'prefix', '--k', '1'], 'k must be a whole number from 2'],
    [[...GUESS, '--sampling', 'tree:every=1'], 'give it a budget'],
    [[...GUESS, '--sampling', 'prefix', '--group-size', '3'], 'leave --group-size out'],
    [[...GUESS, '--agent', 'random', '--k', '3'], '--k is for a sampling mode'],
    [[...GUESS, '--sampling', 'group', '--agent', 'random', '--budget', '3'], '--budget is for a sampling mode'],
    [[...GUESS, '--sampling', 'prefix', '--from', 'a'], '--from is for --sampling intervene'],
    [[...GUESS, '--sampling', 'intervene', '--from', 'a'], 'as the record has it: leave it out'],
    [
      ['--sampling', 'intervene', '--from', 'a'],
      'needs --from RUN, --trajectory ID, --step NUMBER and --action ACTION',
    ],
    [['--sampling', 'intervene:k=2', ...INTERVENE.slice(2)], 'has flags in place of options'],
    [[...INTERVENE, '--seed', '3'], '--seed is as the record has it'],
    [[...INTERVENE.slice(0, 5), '9.9', ...INTERVENE.slice(6)], 'has no trajectory 9.9: it has 0.0, 0.1'],
    [[...INTERVENE.slice(0, 7), '99', ...INTERVENE.slice(8)], 'there is no step 99'],
  ])('refuses %j and records nothing', async (args, message) => {
    await rollout([...GUESS, '--sampling', 'best-of-n', '--out', 'a'])
    const { code, json } = await rollout([...args, '--out', 'b'])
    expect([code, json.error]).toEqual([1, { code: 'CONFIG_INVALID', message: expect.stringContaining(message) }])
    if (existsSync(join(folder, 'b'))) expect(branchesOf('b')).toEqual([])
  })

  it('ends in good order when it is interrupted', async () => {
    const controller = new AbortController()
    const args = ['rollout', '--env', 'guess-number', '--groups', '100000', '--sampling', 'tree', '--out', 'run']
    const running = runJson(args, { folder, signal: controller.signal })
    while (!existsSync(join(folder, 'run', 'segments', '000000.jsonl'))) await setImmediate()
    controller.abort()
    const { code, json } = await running
    expect([code, json.isInterrupted]).toEqual([130, true])
    expect(branchesOf('run').length).toBe(json.summary.episodes)
    expect((await run(['replay', 'run'], { folder })).code).toBe(0)
  })

  it('refuses a budget of nothing as no number', async () => {
    expect((await run(['rollout', ...GUESS, '--sampling', 'prefix', '--budget', '0'], { folder })).code).toBe(2)
  })
})
