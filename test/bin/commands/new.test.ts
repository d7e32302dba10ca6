import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { run, spawned } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'

describe('stepgym new', () => {
  it('writes an environment and a hook that pass check and roll out unchanged', async () => {
    const folder = newFolder()
    const written = [await run(['new', 'env', 'my-env'], { folder }), await run(['new', 'hook', 'my-hook'], { folder })]
    expect(written.map(({ code }) => code)).toEqual([0, 0])
    expect(written[0]?.out).toBe(
      'wrote envs/my-env.mjs\nNext:\n  $ npx stepgym check my-env\n  $ npx stepgym rollout --env my-env --agent random\n',
    )
    const rollout = ['rollout', '--env', 'my-env', '--agent', 'random', '--hook', 'my-hook', '--out', 'run']
    const commands = [['check', 'my-env'], ['check', 'my-hook', '--env', 'my-env'], rollout]
    const [environment, hook, rolled] = await Promise.all(commands.map((args) => spawned(args, folder)))
    expect(environment).toMatchObject({ code: 0, out: expect.stringContaining(', 0 broken'), err: '' })
    expect(hook).toMatchObject({ code: 0, out: expect.stringContaining('4 rules kept, 0 broken'), err: '' })
    expect(rolled).toMatchObject({ code: 0, out: expect.stringMatching(/^my-hook +\d\.\d+ +0$/m), err: '' })
  })

  it('writes an agent and an estimator that pass check and work unchanged', async () => {
    const folder = newFolder()
    const written = [
      await run(['new', 'agent', 'my-agent'], { folder }),
      await run(['new', 'estimator', 'my-estimator'], { folder }),
    ]
    expect(written.map(({ code }) => code)).toEqual([0, 0])
    expect(written[1]?.out).toContain('wrote rewards/advantage/my-estimator.mjs')
    const args = ['--env', 'guess-number', '--agent', 'my-agent', '--groups', '2', '--group-size', '3', '--out', 'run']
    const commands = [
      ['check', 'my-agent'],
      ['check', 'my-estimator'],
      ['rollout', ...args],
    ]
    const [agent, estimator, rolled] = await Promise.all(commands.map((each) => spawned(each, folder)))
    expect(agent).toMatchObject({ code: 0, out: expect.stringContaining(', 0 broken'), err: '' })
    expect(estimator).toMatchObject({ code: 0, out: expect.stringContaining('8 rules kept, 0 broken'), err: '' })
    expect(rolled).toMatchObject({ code: 0, err: '' })
    expect(await spawned(['credit', 'run', '--estimator', 'my-estimator,rloo'], folder)).toMatchObject({ code: 0 })
  })

  it('never overwrites', async () => {
    const folder = newFolder()
    await run(['new', 'env', 'mine'], { folder })
    const before = readFileSync(join(folder, 'envs/mine.mjs'), 'utf8')
    const { code, err } = await run(['new', 'env', 'mine'], { folder })
    expect(code).toBe(1)
    expect(err).toContain('envs/mine.mjs exists already, and is left as it is: give another name')
    expect(readFileSync(join(folder, 'envs/mine.mjs'), 'utf8')).toBe(before)
  })

  it.each([
    ['env', 'webshop', 'webshop is taken'],
    ['hook', 'success', 'success is taken'],
    ['hook', 'env', 'env is taken'],
    ['estimator', 'grpo', 'grpo is taken'],
    ['agent', 'random', 'random is taken'],
    ['env', 'My-Env', '"My-Env" is not a valid name'],
    ['env', '../escape', '"../escape" is not a valid name'],
    ['hook', '-', 'is not a valid name'],
  ])('refuses new %s %s and writes nothing', async (what, name, message) => {
    const folder = newFolder()
    const { code, err } = await run(['new', what, name], { folder })
    expect(code).toBe(1)
    expect(err).toContain(message)
    expect(existsSync(join(folder, 'envs'))).toBe(false)
    expect(existsSync(join(folder, 'rewards'))).toBe(false)
  })
})
