import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkEnvironment } from '../../../core/check/environment.ts'
import type { Effect } from '../../../core/data/types.ts'
import { fork } from '../../../core/episode/fork.ts'
import { toolsOf } from '../../../core/episode/tools.ts'
import environment from '../../../envs/sandbox/python/index.ts'
import { milestonesOf } from '../../../envs/sandbox/tasks/generate/index.ts'
import { readRun } from '../../../records/reader.ts'
import { run } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'
import { share } from '../../support/long.ts'
import { describeWithSandbox } from '../../support/sandbox/judging.ts'
import { open, playExpert, type Started, start } from './support.ts'

const outputOf = (effect: Effect): unknown => ('output' in effect ? effect.output : null)

/** A task without a file to repair. */
const FRESH = { broken: 0, distractors: 0 }

const write = ({ call, task }: Started, content: string) => call('write_file', { path: task.entry, content })

describe('sandbox-python without a sandbox', () => {
  it('shows the task, the files and the public tests, and no hidden one', async () => {
    const opened = await open({ broken: 1 })
    const { episode, task } = await start(opened)
    const text = await episode.text()
    expect(text).toContain(task.statement)
    expect(text).toContain(task.files[task.entry])
    if (task.suite.kind !== 'code') throw new Error('no code')
    for (const [at, test] of task.suite.tests.entries()) if (at < task.publicTests) expect(text).toContain(test)
    expect(text).not.toContain(task.suite.tests.at(-1))
  })

  it('refuses files that need more folders than the sandbox makes, which would end the episode later', async () => {
    const { call } = await start(await open({ ...FRESH, judged: 'request' }))
    const path = (at: number) => `${`f${at}/`.repeat(15)}a.py`
    const write = (count: number) =>
      call('write_files', { files: Array.from({ length: count }, (_, at) => ({ path: path(at), content: '' })) })
    const { isActionValid, shown } = await write(40)
    expect([isActionValid, shown]).toEqual([false, expect.stringContaining('640 files and folders are more than')])
    expect((await write(20)).isActionValid).toBe(true)
  })

  it('reads, and refuses what cannot be done, without running anything', async () => {
    const { call } = await start(await open({ ...FRESH, judged: 'request', workspaceFiles: 2 }))
    const refused = async (name: string, args: object) => {
      const { isActionValid, shown } = await call(name, args as never)
      expect(isActionValid).toBe(false)
      return shown
    }
    expect(await refused('read_file', { path: 'a.py' })).toBe('There is no file "a.py". Files: none.')
    expect(await refused('write_file', { path: '../a.py', content: '' })).toContain('Nothing was written')
    expect(await refused('write_file', { path: '/etc/passwd', content: '' })).toContain('relative to the workspace')
    expect(
      (
        await call('write_files', {
          files: [
            { path: 'a.txt', content: 'one two' },
            { path: 'b/c.txt', content: '' },
          ],
        })
      ).isActionValid,
    ).toBe(true)
    expect(await refused('write_file', { path: 'more.txt', content: '' })).toContain('at most 2 files')
    expect(await refused('write_file', { path: 'b', content: '' })).toContain('is a file, and cannot have')
    expect(await refused('edit_file', { path: 'a.txt', old: 'o', new: 'x' })).toBe(
      'The text to replace is in a.txt 2 times, and must be there once.',
    )
    expect(await refused('edit_file', { path: 'a.txt', old: '', new: 'x' })).toContain('0 times')
    expect(await refused('run', { path: 'none.py' })).toContain('There is no file')
    expect(await refused('run', { path: 'a.txt', args: ['\0'] })).toContain('an argument has no null character')
    expect(await refused('run', { path: 'a.txt', args: Array(1001).fill('') })).toContain('at most 1000 arguments')
    expect(await refused('run', { path: 'a.txt', args: [1] })).toContain('args is a list of texts')
    expect((await call('edit_file', { path: 'a.txt', old: 'two', new: '$&' })).isActionValid).toBe(true)
    expect((await call('read_file', { path: 'a.txt' })).shown).toBe('one $&')
    expect((await call('delete_file', { path: 'a.txt' })).shown).toBe('Deleted a.txt.')
    expect(await refused('delete_file', { path: '__proto__' })).toContain('There is no file')
  })

  it('refuses actions that cannot be read, and says how one is written', async () => {
    const { episode } = await start(await open(FRESH))
    for (const action of [
      'hello',
      '[]',
      null,
      7,
      { name: 'fly' },
      { name: 'write_file', arguments: { path: 'a' } },
      { tool_calls: [] },
      { name: 'write_file', arguments: { path: 'a', content: '\ud800' } },
    ]) {
      const { isActionValid, refused } = await episode.step(action)
      expect([action, isActionValid]).toEqual([action, false])
      expect(refused?.problem).toMatch(/send \{"name"|content is (missing: give )?a text|1 to 16 calls/)
    }
  })

  it('takes several calls in one step, in their order, and nothing after the submission', async () => {
    const { episode, grades } = await start(await open({ ...FRESH, judged: 'request' }))
    const call = (name: string, args: object) => ({ name, arguments: args as never })
    const [write, read] = [call('write_file', { path: 'a.txt', content: 'x' }), call('read_file', { path: 'a.txt' })]
    expect((await episode.step({ tool_calls: [write, read, call('read_file', { path: 'b' })] })).isActionValid).toBe(
      true,
    )
    expect(await episode.text()).toBe(
      '[write_file]\nWrote a.txt: 1 line.\n[read_file]\nx\n[read_file]\nThere is no file "b". Files: a.txt.',
    )
    const tagged = `<think>so</think><tool_call>${JSON.stringify(call('submit', {}))}</tool_call><tool_call>${JSON.stringify(read)}</tool_call>`
    expect((await episode.step(tagged)).terminated).toBe(true)
    expect(await episode.text()).toBe('[submit]\nSubmitted.')
    expect(grades().tests).toBe(0)
  })

  it('reads calls as OpenAI writes them', async () => {
    const { episode } = await start(await open({ ...FRESH, judged: 'request' }))
    const args = JSON.stringify({ path: 'a.txt', content: 'x' })
    const call = { tool_calls: [{ id: '1', type: 'function', function: { name: 'write_file', arguments: args } }] }
    for (const action of [call, JSON.stringify(call), { function: { name: 'write_file', arguments: args } }])
      expect((await episode.step(action)).isActionValid).toBe(true)
  })

  it('fails every test of a submission that lacks the file, which needs no run', async () => {
    const { call, grades, task } = await start(await open(FRESH))
    expect((await call('run_tests')).shown).toMatch(/^0 of 8 public tests pass.\nTest 1: there is no solution.py/)
    const { reward, terminated, effects } = await call('submit')
    expect([reward, terminated]).toEqual([0, true])
    expect(effects).toMatchObject([
      { name: 'verdict', output: { judge: 'split', passed: task.suite.tests.map(() => false) } },
    ])
    expect(grades()).toMatchObject({ tests: 0, public: 0, hidden: 0, agreement: null })
  })

  it('refuses options that cannot be', async () => {
    for (const options of [
      { dataset: 'none' },
      { tasks: 0 },
      { broken: 2 },
      { judged: 'never' },
      { dataset: 'humaneval' },
      { data: 'x' },
      { families: 'strings,none' },
      { dataset: 'folder', data: '/nowhere' },
    ])
      await expect(open(options)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('says which option a data set lacks, or has too much', async () => {
    await expect(open({ dataset: 'humaneval' })).rejects.toThrow('"humaneval" needs the option data')
    await expect(open({ data: 'x' })).rejects.toThrow('set dataset to the one that is read from there')
  })

  it('has tools for clients of the Model Context Protocol, one for each action', async () => {
    const { world } = await open()
    expect(toolsOf(world, null)?.map(({ name }) => name)).toEqual([
      'write_file',
      'write_files',
      'edit_file',
      'read_file',
      'delete_file',
      'run',
      'run_tests',
      'submit',
    ])
  })
})

describeWithSandbox('sandbox-python', () => {
  it('keeps the contract also with actions that run code', async () => {
    const examples = [
      { name: 'write_file', arguments: { path: 'solution.py', content: 'print(input())' } },
      { name: 'run', arguments: { path: 'solution.py', stdin: 'x' } },
      { name: 'run_tests', arguments: {} },
      { name: 'submit', arguments: {} },
    ]
    const broken: unknown[] = []
    for await (const result of checkEnvironment({ ...environment, examples }, { tasks: 4 }))
      if (result.status === 'failed') broken.push(result)
    expect(broken).toEqual([])
  })

  it('runs programs with arguments and input, and keeps the files that they write', async () => {
    const { call } = await start(await open({ ...FRESH, judged: 'request' }))
    const program =
      'import sys, os\nopen("out.bin", "wb").write(b"\\xff")\nos.makedirs("d")\nopen("d/t.txt", "w").write("é")\nos.remove("old.txt")\nprint(sys.argv[1], input())\nsys.exit(3)'
    await call('write_files', {
      files: [
        { path: 'p.py', content: program },
        { path: 'old.txt', content: '' },
      ],
    })
    const { shown, info, isActionValid } = await call('run', { path: 'p.py', args: ['one'], stdin: 'two' })
    expect([shown, info, isActionValid]).toEqual(['Exit code 3.\nOutput:\none two\n', { calls: 1, failed: 1 }, true])
    expect((await call('read_file', { path: 'd/t.txt' })).shown).toBe('é')
    expect((await call('read_file', { path: 'out.bin' })).shown).toBe('1 bytes that are not UTF-8')
    expect((await call('read_file', { path: 'old.txt' })).isActionValid).toBe(false)
  })

  it('says how programs end that hang, print too much, or have no syntax', async () => {
    const shownBy = async (content: string, limits = {}) => {
      const { call } = await start(await open({ ...FRESH, judged: 'request', shownCharacters: 200, ...limits }))
      await call('write_file', { path: 'p.py', content })
      return (await call('run', { path: 'p.py' })).shown
    }
    expect(await shownBy('while True: pass', { runMs: 300 })).toBe('It ran out of time.\nNo output.')
    expect(await shownBy('print("x" * 700)')).toMatch(
      /^Exit code 0.\nOutput:\nx{100}\n... 501 characters left out ...\nx{99}\n$/,
    )
    expect(await shownBy('print("x" * 10**6)')).toMatch(/^It printed too much./)
    expect(await shownBy('def f(:')).toMatch(/SyntaxError/)
    expect(await shownBy('for i in range(90): open(str(i), "w")')).toMatch(
      /What it wrote was discarded: there are at most 64 files.$/,
    )
  })

  it('judges every change if asked to, records the vector of all tests, and shows only the public ones', async () => {
    const started = await start(await open({ ...FRESH, judged: 'change' }))
    const { task, grades, call } = started
    for (const { files, passes } of milestonesOf(task)) {
      const { effects, reward } = await write(started, files[task.entry] ?? '')
      expect(effects).toMatchObject([{ name: 'judge', output: { judge: 'split', passed: passes } }])
      expect(reward).toBe(0)
      const share = passes.filter(Boolean).length / passes.length
      expect([grades().tests, grades().progress]).toEqual([share, share])
    }
    const { shown, effects, info } = await call('run_tests')
    expect([shown, effects, info]).toEqual(['8 of 8 public tests pass.', [], { passed: 8, tests: 8 }])
    const { reward, terminated } = await call('submit')
    expect([reward, terminated, grades().agreement]).toEqual([1, true, 1])
  })

  it('judges the file that a generated task gives before the first step, so that progress has a start', async () => {
    const { episode, grades } = await start(await open({ broken: 1 }))
    expect(episode.resetEffects).toMatchObject([{ name: 'public', output: { judge: 'split' } }])
    expect(grades().progress).toEqual(expect.any(Number))
    expect(grades().progress).toBeLessThan(1)
    const later = await start(await open({ broken: 1, judged: 'request' }))
    expect([later.episode.resetEffects, later.grades().progress]).toEqual([[], null])
  })

  it('shows what failing public tests gave, and nothing of the hidden ones', async () => {
    const started = await start(await open(FRESH))
    const { task, call } = started
    await write(started, `def ${task.parts?.[0]?.name}(value):\n    return "nothing like it"\n`)
    const { shown } = await call('run_tests')
    expect(shown).toMatch(/^0 of 8 public tests pass.\nTest 1: \w+\(.*\) gave 'nothing like it', expected /)
    expect(shown.split('\n')).toHaveLength(9)
    if (task.suite.kind !== 'code') throw new Error('no code')
    const hidden = task.suite.tests.slice(task.publicTests).map((test) => test.split(' == ')[1] ?? '')
    for (const value of hidden.filter(({ length }) => length > 8)) expect(shown).not.toContain(value.slice(1, -1))
  })

  it('pays the share of tests if asked to', async () => {
    const started = await start(await open({ ...FRESH, reward: 'share' }))
    const [first] = milestonesOf(started.task)
    await write(started, first?.files[started.task.entry] ?? '')
    const passes = first?.passes ?? []
    expect((await started.call('submit')).reward).toBe(passes.filter(Boolean).length / passes.length)
  })

  it('finds a table of answers by other arguments than those of the tests', async () => {
    const started = await start(await open({ ...FRESH, functions: 1, depth: 1, tasks: 6 }))
    const { task, call, grades } = started
    if (task.suite.kind !== 'code') throw new Error('no code')
    const name = task.parts?.[0]?.name ?? ''
    const rows = task.suite.tests
      .map((test) => /^assert \w+\((.*)\) == (.*)$/.exec(test))
      .map((found) => `repr(${found?.[1]}): ${found?.[2]}`)
    await write(started, `TABLE = {${rows.join(', ')}}\ndef ${name}(value):\n    return TABLE.get(repr(value))\n`)
    const { reward } = await call('submit')
    expect(reward).toBe(1)
    expect(grades().tests).toBe(1)
    expect(grades().agreement).toBeLessThan(0.5)
  })

  it('forks by value: both continue from the same workspace', async () => {
    const started = await start(await open(FRESH))
    await write(started, 'x = 1')
    const other = await fork(started.episode)
    expect((await other.step({ name: 'read_file', arguments: { path: 'solution.py' } })).isActionValid).toBe(true)
    expect(await other.text()).toBe('x = 1')
    expect((await started.call('submit')).terminated).toBe(true)
    expect(other.ending).toBeNull()
  })

  it('has an anchor that is equal for equal files and results, whatever led there', async () => {
    const opened = await open(FRESH)
    const anchorOf = ({ episode }: Started) => episode.anchors().workspace
    const [one, two] = [await start(opened), await start(opened)]
    await write(one, 'x = 1')
    await two.call('write_file', { path: 'notes.txt', content: '' })
    await write(two, 'x = 1')
    expect(anchorOf(one)).not.toBe(anchorOf(two))
    await two.call('delete_file', { path: 'notes.txt' })
    expect(anchorOf(one)).toBe(anchorOf(two))
  })

  it('is won by its expert without noise, in every family, also where a file is to be repaired', async () => {
    const opened = await open({ tasks: 12, broken: 0.5 })
    for (let index = 0; index < 12; index += share(3, 1)) {
      const started = await start(opened, index)
      const rewards = await playExpert(started, 0)
      expect([index, rewards.at(-1)]).toEqual([index, 1])
      expect(started.grades().agreement).not.toBeLessThan(0.99)
    }
  })

  it('is played by a noisy expert in several turns, with breaks and repairs, sometimes in vain', async () => {
    const opened = await open({ broken: 0.5 })
    const rewards: (number | null)[] = []
    for (let seed = 0; seed < share(5, 12); seed++) {
      const turns = await playExpert(await start(opened, seed % 4), 0.15, seed)
      rewards.push(turns.at(-1) ?? null)
    }
    expect(new Set(rewards)).toEqual(new Set([0, 1]))
  })

  it('replays from the tape where there is no sandbox', async () => {
    const folder = newFolder()
    const flags = ['--set', 'tasks=4', '--groups', '2', '--group-size', '2', '--hook', 'progress', '--out', 'run']
    const rolled = await run(['rollout', '--env', 'sandbox/python', '--agent', 'expert', ...flags], { folder })
    expect([rolled.code, rolled.err]).toEqual([0, expect.not.stringContaining('Error')])
    const recorded = readRun(join(folder, 'run'))
    const { software } = recorded.manifest
    expect(software?.sandbox).toMatch(/^(zygote|gvisor|pyodide): CPython 3\.\d+\.\d+/)
    const effects = [...recorded.trajectories()].flatMap(({ trajectory }) =>
      trajectory.steps.flatMap((step) => step.effects),
    )
    const verdicts = effects.filter((effect) => effect.name === 'judge' && 'statuses' in Object(outputOf(effect)))
    expect(verdicts.length).toBeGreaterThan(0)
    for (const verdict of verdicts) expect(verdict).toMatchObject({ output: { ...software, judge: 'split' } })
    const path = process.env.PATH
    process.env.PATH = ''
    try {
      const replayed = await run(['replay', 'run'], { folder })
      expect([replayed.code, replayed.out]).toEqual([0, expect.stringContaining('no divergence')])
    } finally {
      process.env.PATH = path
    }
  })
})
