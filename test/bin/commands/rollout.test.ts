import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { freeFolder } from '../../../bin/commands/rollout/prepare.ts'
import type { Summary } from '../../../bin/commands/rollout/tally.ts'
import { readRun } from '../../../records/index.ts'
import { run, runJson, spawned } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'

let folder: string

beforeEach(() => {
  folder = newFolder()
})

const SMALL = ['--env', 'guess-number', '--agent', 'random', '--groups', '3', '--group-size', '2']
const rollout = (args: readonly string[], given = {}) => runJson(['rollout', ...args], { folder, ...given })

/** A run as what happened in it: no times, no key. */
const recordedOf = (name: string) =>
  [...readRun(join(folder, name)).trajectories()]
    .map(({ trajectory: { id, taskId, seed, ending, steps } }) => ({
      ...{ id, taskId, seed, ending },
      steps: steps.map(({ action, observation, rewards }) => [action, observation, rewards.map(({ value }) => value)]),
    }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))

describe('stepgym rollout', () => {
  it('says why episodes were aborted, and fails if none ended by itself', async () => {
    writeFileSync(
      join(folder, 'broken.mjs'),
      `import { defineEnvironment } from 'stepgym'
      export default defineEnvironment({
        id: 'broken@1', maxSteps: 3, action: (raw) => raw, reset: () => ({ n: 0 }),
        step() { throw new Error('the table broke') },
        observe: { text: () => 'go' }, actions: () => ['go'],
      })`,
    )
    const args = ['rollout', '--env', './broken.mjs', '--agent', 'random', '--groups', '1', '--group-size', '2']
    const { code, out, err } = await run([...args, '--out', 'broken'], { folder })
    expect([code, out]).toEqual([1, expect.stringContaining('2 aborted: ENV_FAILED: step 0: the environment threw\n')])
    expect(err).toMatch(/^ENV_FAILED: step 0: the environment threw \(reference .{8}\): the table broke\n$/)
  })

  it('records groups and says what was earned', async () => {
    const { code, json } = await rollout([
      ...SMALL,
      '--hook',
      'step-cost:cost=0.5',
      '--hook',
      'success',
      '--out',
      'run',
    ])
    expect(code).toBe(0)
    const groups = [...readRun(join(folder, 'run')).groups()].map(({ group }) => group)
    expect(groups.map(({ trajectories }) => trajectories.length)).toEqual([2, 2, 2])
    const trajectories = groups.flatMap((group) => group.trajectories)
    const steps = trajectories.flatMap((each) => each.steps)
    expect(json).toMatchObject({
      ...{ run: 'run', environment: 'guess-number@1', agent: 'random', split: 'train', seed: 0, isInterrupted: false },
      summary: { episodes: 6, steps: steps.length, invalidActions: 0, recipe: null },
    })
    expect(json.summary.signals).toEqual([
      { name: 'env', mean: expect.any(Number), nulls: 0, reasons: {} },
      { name: 'step-cost', mean: expect.closeTo((-0.5 * steps.length) / 6, 9), nulls: 0, reasons: {} },
      { name: 'success', mean: expect.any(Number), nulls: 0, reasons: {} },
    ])
  })

  it('prints what was earned, and where the record is', async () => {
    const { code, out, err } = await run(['rollout', ...SMALL, '--out', 'run'], { folder })
    expect(code).toBe(0)
    expect(err).toBe('')
    expect(out).toMatch(/^guess-number@1, split train: random, seed 0\n6 episodes, \d+ steps /)
    expect(out).toMatch(/\nrecorded in run\n$/)
  })

  it('draws a progress bar on a terminal, and clears it', async () => {
    const slow = `export default { name: 'slow', act: async () => {
      await new Promise((resolve) => setTimeout(resolve, 120))
      return { action: '1' }
    } }`
    mkdirSync(join(folder, 'agents'))
    writeFileSync(join(folder, 'agents', 'slow.mjs'), slow)
    const args = [
      'rollout',
      '--env',
      'guess-number',
      '--agent',
      'slow',
      '--max-steps',
      '2',
      '--groups',
      '1',
      '--out',
      'run',
    ]
    const { err } = await run([...args, '--group-size', '2'], { folder, isTTY: true })
    expect(err).toContain('/2 episodes, 1 step')
    expect(err.endsWith('\r\u001b[2K')).toBe(true)
  })

  it('repeats the same run with the same seed, for any number of concurrent groups', async () => {
    await rollout([...SMALL, '--seed', '7', '--out', 'a'])
    await rollout([...SMALL, '--seed', '7', '--out', 'b', '--concurrency', '3'])
    await rollout([...SMALL, '--seed', '8', '--out', 'c'])
    expect(recordedOf('b')).toEqual(recordedOf('a'))
    expect(recordedOf('c')).not.toEqual(recordedOf('a'))
    expect(new Set(recordedOf('a').map(({ seed }) => seed)).size).toBe(3)
  })

  it('keeps a seed of 64 bits exactly', async () => {
    await rollout([...SMALL, '--seed', '18446744073709551615', '--out', 'run'])
    expect(readRun(join(folder, 'run')).manifest.seed).toBe('18446744073709551615')
  })

  it('gives group g task g of the split, from the beginning again', async () => {
    const actions = 'scripted:actions=["submit"]'
    await rollout(['--env', 'file-desk', '--agent', actions, '--groups', '5', '--group-size', '1', '--out', 'run'])
    expect(recordedOf('run').map(({ taskId }) => taskId)).toEqual(['sum-2', 'sum-3', 'sum-4', 'sum-2', 'sum-3'])
  })

  it('ends episodes at the limit it is given', async () => {
    const { json } = await rollout([...SMALL, '--max-steps', '2', '--out', 'run'])
    expect(json.summary).toMatchObject({ steps: 12, endings: { terminated: 0, truncated: 6, aborted: 0 } })
    expect(readRun(join(folder, 'run')).manifest.limits).toEqual({ maxSteps: 2 })
  })

  it('records the recipe, and what it makes of the signals', async () => {
    const { json } = await rollout([...SMALL, '--hook', 'format', '--recipe', 'env-plus-turn', '--out', 'run'])
    expect(json.summary.recipe).toMatchObject({ name: 'env-plus-turn', total: expect.any(Number), unusable: 0 })
    expect(readRun(join(folder, 'run')).manifest.recipe).toMatchObject({ name: 'env-plus-turn' })
    const { json: without } = await rollout([...SMALL, '--recipe', 'env-plus-turn', '--out', 'run-2'])
    expect(without.summary.recipe).toMatchObject({ name: 'env-plus-turn', total: null, perStep: null, unusable: 6 })
  })

  it('lets the expert of the environment act, who knows its limit', async () => {
    const shop = ['--env', 'webshop', '--set', 'catalogue.generated.products=60', '--groups', '2', '--group-size', '1']
    const { code, json } = await rollout([...shop, '--agent', 'expert', '--max-steps', '6', '--out', 'run'])
    expect(code).toBe(0)
    expect(json).toMatchObject({ agent: 'shop-expert', summary: { endings: { terminated: 2 } } })
  })

  it('takes its settings from the configuration file', async () => {
    const settings = { env: 'guess-number', agent: 'random', groups: 1, groupSize: 1, hooks: ['success'], out: 'mine' }
    writeFileSync(join(folder, 'stepgym.config.json'), JSON.stringify(settings))
    const { json } = await rollout([])
    expect(json).toMatchObject({
      run: 'mine',
      summary: { episodes: 1, signals: [{ name: 'env' }, { name: 'success' }] },
    })
  })

  it('records in runs/ by default, never twice in one folder', async () => {
    const [first, second] = [await rollout(SMALL), await rollout(SMALL)]
    expect(first.json.run).toMatch(/^runs\/guess-number-\d{8}T\d{6}(-\d)?$/)
    expect(readdirSync(join(folder, 'runs'))).toHaveLength(2)
    expect(second.code).toBe(0)
    const now = new Date(Date.UTC(2026, 0, 2, 3, 4, 5))
    expect(freeFolder(folder, 'a@1', now)).toBe('runs/a-20260102T030405')
  })

  it.each([
    [['--env', 'guess-number'], 'CONFIG_INVALID', 'say who acts'],
    [['--agent', 'random'], 'CONFIG_INVALID', 'say which environment'],
    [
      ['--env', 'guess-number', '--agent', 'expert'],
      'AGENT_UNKNOWN',
      'no agent says that it is an expert for guess-number',
    ],
    [['--env', 'guess-number', '--agent', 'rando'], 'AGENT_UNKNOWN', 'did you mean random?'],
    [['--env', 'guess-number', '--agent', 'random:words=1'], 'CONFIG_INVALID', 'agent random has no option words'],
    [[...SMALL, '--hook', 'sucess'], 'HOOK_UNKNOWN', 'did you mean success?'],
    [[...SMALL, '--hook', 'success', '--hook', 'success'], 'HOOK_INVALID', 'two reward hooks are called success'],
    [[...SMALL, '--recipe', 'outcome'], 'HOOK_UNKNOWN', 'did you mean outcome-only?'],
    [[...SMALL, '--split', 'test'], 'TASK_UNKNOWN', 'there is no split "test"'],
  ])('refuses %j and writes nothing', async (args, code, message) => {
    const { code: exitCode, json } = await rollout(args)
    expect(exitCode).toBe(1)
    expect(json.error).toEqual({ code, message: expect.stringContaining(message) })
    expect(existsSync(join(folder, 'runs'))).toBe(false)
  })

  const agentFile = (name: string, action: string): string =>
    `import { defineAgent } from 'stepgym'
    export default defineAgent({ name: '${name}', create: () => ({ name: '${name}', act: () => ({ action: '${action}' }) }) })`
  const environmentFile = (answer: string): string =>
    `import { defineEnvironment } from 'stepgym'
    export default defineEnvironment({
      id: 'door@1', maxSteps: 3, action: (raw) => raw, reset: () => ({ n: 0 }),
      step: ({ n }, action) => ({ state: { n: n + 1 }, reward: action === '${answer}' ? 1 : 0, terminated: true }),
      observe: { text: () => 'go' }, actions: () => ['left', 'right'],
    })`

  it.each([
    ['agent', 'AGENT_INVALID', ['--env', 'guess-number', '--agent', './other.mjs'], 'agents/mine.mjs', agentFile],
    [
      'environment',
      'ENV_INVALID',
      ['--env', './other.mjs', '--agent', 'random'],
      'envs/door.mjs',
      (_: string, answer: string) => environmentFile(answer),
    ],
  ])(
    'refuses the path of an %s with the name of a registered one: its record would lead to the other',
    async (_, code, args, own, fileOf) => {
      const name = own === 'envs/door.mjs' ? 'door' : 'mine'
      mkdirSync(join(folder, own, '..'), { recursive: true })
      writeFileSync(join(folder, own), fileOf('mine', 'left'))
      writeFileSync(join(folder, 'other.mjs'), fileOf('mine', 'right'))
      const { json } = await rollout(args)
      expect(json.error).toEqual({
        code,
        message: expect.stringContaining(`"./other.mjs" is called ${name}, and so is a registered one`),
      })
      expect(existsSync(join(folder, 'runs'))).toBe(false)
      const byPath = args.map((each) => (each === './other.mjs' ? `./${own}` : each))
      expect((await rollout([...byPath, '--groups', '1'])).json).toMatchObject({
        summary: { episodes: 4, endings: { aborted: 0 } },
      })
    },
  )

  it('leaves a folder alone that holds something', async () => {
    await rollout([...SMALL, '--out', 'run'])
    const before = recordedOf('run')
    expect((await rollout([...SMALL, '--out', 'run'])).json.error.code).toBe('RECORD_FOREIGN')
    expect(recordedOf('run')).toEqual(before)
  })

  it('ends in good order when it is interrupted', async () => {
    const controller = new AbortController()
    const running = rollout([...SMALL, '--groups', '100000', '--out', 'run'], { signal: controller.signal })
    while (!existsSync(join(folder, 'run', 'segments', '000000.jsonl'))) await setImmediate()
    controller.abort()
    const { code, json } = await running
    expect(code).toBe(130)
    expect(json.isInterrupted).toBe(true)
    const recorded = recordedOf('run')
    expect(recorded.length).toBe(json.summary.episodes)
    expect(recorded.length).toBeLessThan(200_000)
    expect((await run(['replay', 'run'], { folder })).code).toBe(0)
  })

  it('hears Ctrl-C as a process, and says where the record is', async () => {
    const args = ['rollout', ...SMALL, '--groups', '100000', '--out', 'run']
    const interrupted = await spawned(args, folder, async (kill) => {
      while (!existsSync(join(folder, 'run', 'segments', '000000.jsonl'))) await setImmediate()
      kill('SIGINT')
    })
    expect(interrupted).toMatchObject({ code: 130, err: '' })
    expect(interrupted.out).toMatch(/interrupted: running episodes were aborted\nrecorded in run\n$/)
    expect((await run(['replay', 'run'], { folder })).code).toBe(0)
  })

  const failing = (reset: string): string => `export default {
    id: 'failing@1', maxSteps: 4, kind: 'sync', options: {}, invalidReward: 0, fork: 'value', parse: (raw) => raw,
    tasks: () => ({ train: [{ id: 'good' }, { id: 'bad' }, { id: 'fine' }] }),
    reset: ({ task }) => { if (task.id === 'bad') ${reset}; return { count: 0 } },
    step: (state) => ({ state, reward: 1, terminated: true }),
    observe: { text: () => 'go' }, actions: () => ['go'],
  }`
  const FAILING = ['rollout', '--env', './failing.mjs', '--agent', 'random', '--groups', '3', '--out', 'run']

  it('says where the record is when something fails half way', async () => {
    writeFileSync(join(folder, 'failing.mjs'), failing('return { count: () => 0 }'))
    const { code, err } = await run([...FAILING, '--group-size', '1'], { folder })
    expect(code).toBe(1)
    expect(err).toMatch(/the entries before the failure are in run\nstepgym: STATE_NOT_PLAIN: reset: .*a function/)
    expect(recordedOf('run').map(({ taskId }) => taskId)).toEqual(['good'])
  })

  it.each([
    ['as a plain group', ['--group-size', '2'], 2, 4],
    ['as a sampled one', ['--sampling', 'best-of-n', '--k', '2'], 1, 4],
  ])('counts a reset that fails as aborted episodes, and plays the others: %s', async (_, args, aborted, played) => {
    writeFileSync(join(folder, 'failing.mjs'), failing("throw new Error('no luck')"))
    const { code, out, err } = await run([...FAILING, '--json', ...args], { folder })
    const { summary } = JSON.parse(out) as { readonly summary: Summary }
    expect(code).toBe(0)
    expect(summary.endings).toEqual({ terminated: played, truncated: 0, aborted })
    expect(summary.abortReasons).toEqual({ 'ENV_FAILED: reset: the environment threw': aborted })
    expect(err).toMatch(/^ENV_FAILED: reset: .*: no luck\n$/)
    expect(new Set(recordedOf('run').map(({ taskId }) => taskId))).toEqual(new Set(['good', 'fine']))
    expect((await run(['replay', 'run', '--env', './failing.mjs'], { folder })).code).toBe(0)
  })

  it('fails where no reset succeeds', async () => {
    writeFileSync(join(folder, 'failing.mjs'), failing('{} throw 0'))
    const { code, out } = await run([...FAILING, '--json', '--group-size', '2'], { folder })
    const { summary } = JSON.parse(out) as { readonly summary: Summary }
    expect(code).toBe(1)
    expect(summary).toMatchObject({ episodes: 6, endings: { aborted: 6 } })
  })
})
