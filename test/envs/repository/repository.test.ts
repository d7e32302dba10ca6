import { describe, expect, it } from 'vitest'
import { checkEnvironment } from '../../../core/check/environment.ts'
import type { CheckResult } from '../../../core/check/report.ts'
import type { Json } from '../../../core/data/types.ts'
import { fork } from '../../../core/episode/fork.ts'
import { openWorld } from '../../../core/episode/world.ts'
import environment from '../../../envs/repository/index.ts'
import { run } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'
import { share } from '../../support/long.ts'
import { describeWithSandbox } from '../../support/sandbox/judging.ts'
import { playExpert, repairsOf, start } from './support.ts'

/** The environment without programs: no hidden test runs before the end. */
const FAST = { judged: 'submission' }

describe('repository without a sandbox', () => {
  it('shows the issue and the files, and views and searches them by line', async () => {
    const { episode, task, call } = await start(FAST)
    expect(await episode.text()).toContain(task.statement)
    expect((await call('view')).shown.split('\n')).toEqual(Object.keys(task.files).sort())
    expect((await call('view', { path: 'shop' })).shown).toContain('shop/pricing.py')
    const { shown } = await call('view', { path: 'shop/pricing.py', from: 3, to: 4 })
    expect(shown).toMatch(/^shop\/pricing.py, lines 3 to 4 of \d+:\n {3}3 BULK_FROM = \d+\n {3}4 BULK_PERCENT = \d+$/)
    expect((await call('search', { text: 'def line_price' })).shown).toMatch(
      /^shop\/pricing.py:\d+: def line_price\(quantity, price\):$/,
    )
    expect((await call('search', { text: 'no such text' })).shown).toBe('No line has "no such text".')
  })

  it.each([
    ['view', { path: '../secrets' }, 'There is no file'],
    ['view', { path: '/etc/passwd' }, 'There is no file'],
    ['view', { path: 'shop/pricing.py', from: 9999 }, 'and no line 9999'],
    ['search', { text: '' }, 'empty, or more than one line'],
    ['search', { text: 'a', path: 'nowhere' }, 'There is no file'],
    ['edit', { path: 'shop/pricing.py', old: 'return', new: 'x' }, 'must be there once'],
    ['edit', { path: 'shop/none.py', old: 'a', new: 'b' }, 'There is no file'],
    ['write', { path: '../out.py', content: '' }, 'has an empty name, `.` or `..` in its path'],
    ['write', { path: '/etc/cron.d/x', content: '' }, 'relative to the workspace'],
    ['write', { path: 'shop', content: '' }, 'is a file, and cannot have'],
    ['apply_patch', { patch: 'hello' }, 'it has no file'],
    ['run_tests', { path: 'tests/none.py' }, 'There is no file'],
  ])('says why it cannot be done: %s %j', async (name, args, message) => {
    const { call, grades } = await start(FAST)
    const { isActionValid, shown } = await call(name, args as unknown as Json)
    expect([isActionValid, shown]).toEqual([false, expect.stringContaining(message)])
    expect(grades().modified).toBe(0)
  })

  it('refuses files that are too large together', async () => {
    const { call } = await start({ ...FAST, workspaceBytes: 60_000 })
    const { isActionValid, shown } = await call('write', { path: 'big.txt', content: 'x'.repeat(60_000) })
    expect([isActionValid, shown]).toEqual([false, 'Nothing was written: files have at most 60000 bytes together.'])
  })

  it('refuses actions that cannot be read, and unknown tools, and says how one is written', async () => {
    const { episode } = await start(FAST)
    for (const action of [
      'hello',
      null,
      7,
      { name: 'bash', arguments: { command: 'ls' } },
      { name: 'view', arguments: { from: 0 } },
    ]) {
      const { isActionValid, refused } = await episode.step(action)
      expect(isActionValid).toBe(false)
      expect(refused?.problem).toMatch(/send \{"name"|whole number from 1/)
    }
  })

  it('says that hidden tests have files of their own where a test file is changed', async () => {
    const { call } = await start(FAST)
    const { shown, isActionValid } = await call('write', { path: 'tests/test_mine.py', content: '' })
    expect([isActionValid, shown]).toEqual([true, expect.stringContaining('a change of a test file resolves nothing')])
  })

  it('locates a fault once its line has been shown', async () => {
    const { call, grades, task } = await start(FAST)
    const { path = '', line = 0 } = task.faults[0] ?? {}
    expect(grades().located).toBe(0)
    await call('view', { path, from: line + 1 })
    expect(grades().located).toBe(0)
    await call('view', { path, from: line, to: line })
    expect(grades().located).toBe(1)
  })

  it('refuses options that cannot be', async () => {
    for (const options of [
      { judged: 'never' },
      { reward: 'all' },
      { report: 'x' },
      { bugs: 9 },
      { packages: 0 },
      { families: 'bakery' },
      { backend: 'docker' },
    ])
      await expect(openWorld(environment, options)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

describeWithSandbox('repository', () => {
  it('keeps the contract also with actions that run code', async () => {
    const examples = [
      { name: 'run_tests', arguments: {} },
      { name: 'write', arguments: { path: 'shop/lines.py', content: 'x =' } },
      { name: 'submit', arguments: {} },
    ]
    const broken: CheckResult[] = []
    for await (const result of checkEnvironment({ ...environment, examples }))
      if (result.status === 'failed') broken.push(result)
    expect(broken).toEqual([])
  })

  it('runs the visible tests, and says what is wrong', async () => {
    const { call, task } = await start({ shown: 1, testMs: 1500 })
    const { shown, info } = await call('run_tests')
    expect(shown).toMatch(
      /^\d+ of \d+ tests pass\.\nFAILED tests\/test_\w+\.py::test_\w+: line \d+: assert .* == .*; the left side is /,
    )
    expect(info).toMatchObject({ tests: expect.any(Number) })
    expect(shown).not.toContain('hidden')
    await call('write', { path: 'tests/test_hang.py', content: 'def test_a():\n    while True:\n        pass\n' })
    const hung = await call('run_tests', { path: 'tests/test_hang.py' })
    expect(hung.shown).toContain('NOT RUN tests/test_hang.py: time was up')
    expect(task.tests.failToPass.length).toBeGreaterThan(0)
  }, 30_000)

  it('grades as SWE-bench does: none, empty, fails, regresses, passes', async () => {
    const outcomes: unknown[] = []
    const outcomeOf = async (name: string, play: (started: Awaited<ReturnType<typeof start>>) => Promise<unknown>) => {
      const started = await start({ ...FAST, reward: 'graded', steps: 4 })
      await play(started)
      const last = started.episode.ending === null ? await started.call('submit') : null
      outcomes.push([name, started.grades().outcome, last?.reward ?? null, started.grades().resolved])
    }
    await outcomeOf('none', async ({ call }) => {
      for (let step = 0; step < 4; step++) await call('view')
    })
    await outcomeOf('empty', async () => undefined)
    await outcomeOf('fails', ({ call }) => call('write', { path: 'notes.txt', content: '' }))
    await outcomeOf('regresses', async (started) => {
      for (const repair of repairsOf(started)) await started.episode.step(repair)
      // A package without mistakes, whose tests passed before.
      const other =
        Object.keys(started.task.files).find(
          (path) => path === 'league/points.py' || path === 'rooms/spans.py' || path === 'loans/dates.py',
        ) ?? ''
      await started.call('write', { path: other, content: '' })
    })
    await outcomeOf('passes', async (started) => {
      for (const repair of repairsOf(started)) await started.episode.step(repair)
    })
    expect(outcomes).toEqual([
      ['none', 0, null, 0],
      ['empty', 0.25, 0.25, 0],
      ['fails', 0.5, 0.5, 0],
      ['regresses', 0.75, 0.75, 0],
      ['passes', 1, 1, 1],
    ])
  }, 30_000)

  it('is won by its expert without noise, whatever the difficulty', async () => {
    for (const options of [{ bugs: 3 }, { packages: 1, report: 'package', shown: 0 }])
      for (let index = 0; index < share(2, 30); index++) {
        const { reward, actions } = await playExpert(await start({ ...options, tasks: 40 }, index), 0)
        expect([options, index, reward]).toEqual([options, index, 1])
        expect(actions.length).toBeGreaterThan(3)
      }
  }, 60_000)

  it('pays nothing where a needed repair of the path of its expert is skipped', async () => {
    const counts: number[] = []
    for (let index = 0; index < share(1, 8); index++) {
      const { actions } = await playExpert(await start({ ...FAST, bugs: 2 }, index), 0)
      const repairs = actions.filter((action) => nameOf(action) === 'edit' || nameOf(action) === 'write')
      // Mistakes of one file may be next to each other: then one edit repairs both.
      counts.push(repairs.length)
      for (const skipped of repairs) {
        const { episode } = await start({ ...FAST, bugs: 2 }, index)
        for (const repair of repairs) if (repair !== skipped) await episode.step(repair)
        expect((await episode.step({ name: 'submit', arguments: {} })).reward).toBe(0)
      }
    }
    expect(Math.min(...counts)).toBeGreaterThan(0)
    expect(Math.max(...counts)).toBeGreaterThan(1)
  }, 60_000)

  it('is played by a noisy expert in several turns, sometimes in vain', async () => {
    const plays = []
    for (let seed = 0; seed < share(8, 60); seed++)
      plays.push(await playExpert(await start({ tasks: 40 }, seed % 6), 0.1, seed))
    const rewards = plays.map(({ reward }) => reward)
    expect(new Set(rewards)).toEqual(new Set([0, 1]))
    expect(Math.max(...plays.map(({ actions }) => actions.length))).toBeGreaterThan(5)
  }, 60_000)

  it('replays from the tape where there is no sandbox, and forks with the files of its parent', async () => {
    const folder = newFolder()
    const flags = ['--set', 'tasks=4', '--groups', '1', '--group-size', '2', '--out', 'run']
    const rolled = await run(['rollout', '--env', 'repository', '--agent', 'expert', ...flags], { folder })
    expect([rolled.code, rolled.err]).toEqual([0, expect.not.stringContaining('Error')])
    const path = process.env.PATH
    process.env.PATH = ''
    try {
      const replayed = await run(['replay', 'run'], { folder })
      expect([replayed.code, replayed.out]).toEqual([0, expect.stringContaining('no divergence')])
    } finally {
      process.env.PATH = path
    }
    const { call, episode } = await start(FAST)
    await call('write', { path: 'notes.txt', content: 'mine' })
    const copy = await fork(episode)
    await copy.step({ name: 'view', arguments: { path: 'notes.txt' } })
    expect(await copy.text()).toContain('1 mine')
  }, 60_000)

  it('records a vector of hidden tests for every earlier tree, and a verdict last', async () => {
    const started = await start({ judged: 'end' })
    for (const repair of repairsOf(started)) await started.episode.step(repair)
    const { effects } = await started.call('submit')
    const lists = effects.map((effect) => ('output' in effect ? effect.output : null))
    expect(effects.map(({ name }) => name)).toEqual(['judge', 'judge', 'verdict'])
    expect(lists[1]).toMatchObject({
      judge: 'split',
      passed: [...started.task.tests.failToPass.map(() => false), ...started.task.tests.passToPass.map(() => true)],
    })
    expect(lists.at(-1)).toMatchObject({ outcome: 'passes' })
  }, 30_000)
})

const nameOf = (action: Json): Json | undefined =>
  typeof action === 'object' && action !== null && !Array.isArray(action)
    ? (action as { readonly name?: Json }).name
    : undefined
