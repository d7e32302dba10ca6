import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { withOptions } from '../../../core/reward/hook.ts'
import { openHooks } from '../../../core/reward/open-hooks.ts'
import { runGroupHook } from '../../../core/reward/run-hooks.ts'
import { acceptReward } from '../../../rewards/authored/accept.ts'
import { staticProblems } from '../../../rewards/authored/static-check.ts'
import authoredReward from '../../../rewards/hooks/authored-reward.ts'
import { sharedPool } from '../../../sandbox/shared-pool.ts'
import { newFolder } from '../../support/folder.ts'
import { group, step, trajectory } from '../../support/reward-samples.ts'

const GOOD = `import math
def reward(step, history):
    seen = any(old["action"] == step["action"] for old in history)
    return {"new": 0.0 if seen else 1.0, "text": math.tanh(len(step["next_observation"]))}
`
const returning = (value: string): string => `def reward(step, history):\n    return ${value}\n`
const accepted = async (source: string) =>
  (await acceptReward(await sharedPool('auto'), source, { timeoutMs: 5000, bound: 10 })).problems

const opened = async (source: string) => {
  const program = join(newFolder(), 'reward.py')
  writeFileSync(program, source)
  return openHooks([withOptions(authoredReward, { program })])
}

describe('the static check', () => {
  it.each([
    [GOOD, []],
    ['x = (1', ['not closed']],
    ['def other(step, history): return 1', ['defines no function']],
    [`import os, math\n${GOOD}`, ['imports os']],
    [`from subprocess import run\n${GOOD}`, ['imports subprocess']],
    [`${GOOD}\n    open("x")`, ['names open']],
    ['#'.repeat(100_001), ['more than']],
  ])('of %j finds %j', (source, problems) => {
    expect(staticProblems(source)).toEqual(problems.map((each) => expect.stringContaining(each)))
  })
})

describe('a dry run', () => {
  it('accepts a function of its arguments', async () => {
    expect(await accepted(GOOD)).toEqual([])
  })

  it.each([
    ['1', 'every step the same'],
    ['"high"', "it returned 'high'"],
    ['float("nan") if history else 0', 'it returned nan'],
    ['11.0 + step["index"]', 'beyond 10'],
    ['history[5]', 'IndexError'],
    ['step.update(index=9) or len(history)', null],
  ])('of a function that returns %s', async (value, problem) => {
    const problems = await accepted(returning(value))
    if (problem === null) expect(problems).toEqual([])
    else expect(problems.join()).toContain(problem)
  })

  it('refuses one that remembers what it was asked, or never ends, or does not compile', async () => {
    expect((await accepted(`calls = []\n${returning('calls.append(1) or len(calls) / 10')}`)).join()).toContain(
      'more than its arguments',
    )
    const endless = `def reward(step, history):\n    while True: pass\n`
    const { problems } = await acceptReward(await sharedPool('auto'), endless, { timeoutMs: 300, bound: 10 })
    expect(problems.join()).toContain('the program ended as timeout')
    expect((await accepted('def reward(step, history):\n    return 1 +\n')).join()).toContain('SyntaxError')
  })
})

describe('authored-reward', () => {
  it('judges each step, and keeps version and factors', async () => {
    const { group: hooks } = await opened(GOOD)
    const [hook] = hooks
    if (hook === undefined) return expect.unreachable('it is a group hook')
    const steps = ['a', 'a'].map((action, index) => step({ index, action, nextObservation: '' }))
    const { perStep } = await runGroupHook(hook, group([trajectory({ steps }), trajectory()]))
    expect(perStep?.map((each) => each.map(({ value }) => value))).toEqual([[1, 0], []])
    expect(hook.options).toMatchObject({ version: expect.stringMatching(/^[0-9a-f]{16}$/) })
    expect(perStep?.[0]?.[1]?.note).toEqual({
      version: hook.options?.version,
      factors: [
        { new: 1, text: 0 },
        { new: 0, text: 0 },
      ],
    })
  })

  it('has null with the exception at a step that it cannot judge', async () => {
    const { group: hooks } = await opened(
      returning('1 / len(step["action"]) if step["action"] == [] else len(history)'),
    )
    const [hook] = hooks
    if (hook === undefined) return expect.unreachable('it is a group hook')
    const { perStep } = await runGroupHook(hook, group([trajectory({ steps: [step({ action: [] })] })]))
    expect(perStep?.[0]?.[0]).toMatchObject({ value: null, detail: expect.stringContaining('ZeroDivisionError') })
  })

  it('is not opened with a program that is refused, missing or not named', async () => {
    await expect(opened(returning('1'))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('does not accept'),
    })
    await expect(openHooks([withOptions(authoredReward, { program: '/none/reward.py' })])).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    })
    await expect(openHooks([authoredReward])).rejects.toMatchObject({
      message: expect.stringContaining('program=reward.py'),
    })
  })
})
