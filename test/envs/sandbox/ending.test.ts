import { afterEach, expect, it, vi } from 'vitest'
import { replayMoves } from '../../../core/episode/fork.ts'
import { movesOf } from '../../../core/episode/progress.ts'
import { hookSet } from '../../../core/reward/hook.ts'
import { EpisodeRunner } from '../../../core/rollout/episode-runner.ts'
import success from '../../../rewards/hooks/success.ts'
import testsPassed from '../../../rewards/hooks/tests-passed.ts'
import { sharedPool } from '../../../sandbox/shared-pool.ts'
import { describeWithSandbox } from '../../support/sandbox/judging.ts'
import { open, solutionOf, start } from './support.ts'

afterEach(() => vi.restoreAllMocks())

/** Programs whose source says so take an hour, as far as the sandbox reports. */
async function withLongPrograms(): Promise<void> {
  const pool = await sharedPool('auto')
  const run = pool.run.bind(pool)
  vi.spyOn(pool, 'run').mockImplementation(async (program, settings) => {
    const result = await run(program, settings)
    const isLong = [...(program.files?.values() ?? [])].some((bytes) => Buffer.from(bytes).includes('# long'))
    return isLong ? { ...result, durationMs: 3_600_000 } : result
  })
}

const FRESH = { broken: 0, distractors: 0 }
const call = (name: string, args: object = {}) => ({ name, arguments: args as never })
const LONG = call('write_file', { path: 'long.py', content: '# long\nprint("done")\n' })

describeWithSandbox('an episode of sandbox-python whose programs use up its time', () => {
  it('ends as truncated, and all tests decide as at any end', async () => {
    const opened = await open({ ...FRESH, stepMs: 600_000 })
    const { episode, task, grades, call: act } = await start(opened)
    await act('write_file', { path: task.entry, content: solutionOf(task) })
    await episode.step(LONG)
    await withLongPrograms()
    const { reward, info, effects, truncated } = await act('run', { path: 'long.py' })
    expect([episode.ending, truncated, reward, info]).toEqual([
      'truncated',
      true,
      0,
      { calls: 1, failed: 0, limit: 'episodeMs' },
    ])
    expect(episode.text()).toMatch(/done[\s\S]*The episode has ended: its programs have used up the 600000 ms/)
    expect(effects.at(-1)).toMatchObject({ name: 'verdict', output: { passed: task.suite.tests.map(() => true) } })
    expect(grades()).toMatchObject({ tests: 1, hidden: 1, agreement: null })
  })

  it('stays in its group: outcome hooks judge it', async () => {
    const { episode, task } = await start(await open(FRESH))
    const hooks = hookSet([success, testsPassed])
    const runner = new EpisodeRunner(episode, { trajectoryId: 't', agentName: 'a', hooks })
    await runner.step(call('write_file', { path: task.entry, content: 'def nothing(): pass\n' }))
    await runner.step(LONG)
    await withLongPrograms()
    await runner.step({ tool_calls: [call('run', { path: 'long.py' }), call('submit')] })
    const { ending, rewards } = await runner.end()
    expect([ending, rewards.map(({ value }) => value)]).toEqual(['truncated', [0, 0]])
  })

  it('ends in a replay as it did, without a sandbox', async () => {
    const { episode } = await start(await open(FRESH))
    await episode.step(LONG)
    await withLongPrograms()
    await episode.step(call('run', { path: 'long.py' }))
    const moves = movesOf(episode.past)
    const tape = (index: number) => ({ kind: 'read', recorded: moves[index]?.effects ?? [] }) as const
    const twin = await replayMoves(episode.world, episode.settings, moves, tape)
    expect([twin.ending, twin.stateHash()]).toEqual(['truncated', episode.stateHash()])
  })

  it('counts no time in the queue, which is not its own', async () => {
    const { episode } = await start(await open({ ...FRESH, episodeMs: 100 }))
    await episode.step(call('write_file', { path: 'p.py', content: 'print(1)' }))
    const pool = await sharedPool('auto')
    const run = pool.run.bind(pool)
    vi.spyOn(pool, 'run').mockImplementation(async (program, settings) => {
      await new Promise((resolve) => setTimeout(resolve, 40))
      return { ...(await run(program, settings)), durationMs: 1 }
    })
    for (let number = 0; number < 3; number++) await episode.step(call('run', { path: 'p.py' }))
    expect(episode.ending).toBeNull()
  })
})

describeWithSandbox('a step of sandbox-python whose programs use up its time', () => {
  it('runs no more of them, says so, and the episode continues', async () => {
    const { episode } = await start(await open({ ...FRESH, judged: 'request', episodeMs: 86_400_000 }))
    await episode.step(LONG)
    await withLongPrograms()
    const again = call('run', { path: 'long.py' })
    const { isActionValid, info } = await episode.step({ tool_calls: [again, again, call('run_tests')] })
    expect([isActionValid, info, episode.ending]).toEqual([true, { calls: 1, failed: 0 }, null])
    expect(episode.text().match(/It did not run: the programs and tests of one step have 20000 ms/g)).toHaveLength(2)
    expect((await episode.step(again)).info).toEqual({ calls: 1, failed: 0 })
    expect(episode.text()).toContain('done')
  })

  it('has a time that is far below that of a step, for the default of every limit', async () => {
    const { world } = await open()
    const { stepMs, judgeMs } = world.options as { stepMs: number; judgeMs: number }
    expect(stepMs + judgeMs).toBeLessThan(55_000 - 10_000)
  })
})

describeWithSandbox('an episode of sandbox-python that reaches its limit of steps', () => {
  it('is judged by all tests also at a limit of tokens, which a caller has set', async () => {
    const { episode, task, grades } = await start(await open(FRESH))
    episode.endWithNextStep('tokens')
    await episode.step(call('write_file', { path: task.entry, content: solutionOf(task) }))
    expect([episode.ending, episode.endingReason, grades()]).toEqual([
      'truncated',
      'tokens',
      expect.objectContaining({ tests: 1, hidden: 1 }),
    ])
  })

  it.each([
    ['by a program', call('run', { path: 'none.py' })],
    ['by an action that cannot be read', 'nothing'],
    ['by an action that is too long', 'x'.repeat(70_000)],
  ])('is judged by all tests: %s', async (_, last) => {
    const { episode, task, grades } = await start(await open({ ...FRESH, steps: 2 }))
    await episode.step(call('write_file', { path: task.entry, content: solutionOf(task) }))
    expect(grades()).toMatchObject({ public: 1, tests: null, hidden: null })
    const { reward } = await episode.step(last)
    expect([episode.ending, reward, grades()]).toEqual([
      'truncated',
      0,
      expect.objectContaining({ tests: 1, hidden: 1, agreement: null }),
    ])
  })
})

describeWithSandbox('what a program of an agent may do', () => {
  const programs: readonly (readonly [string, string])[] = [
    ['names of JavaScript', 'for n in ("__proto__", "constructor", "toString"): open(n, "w").write(n)'],
    [
      'odd names',
      'open("a\\nb", "w").write("x"); open("\\ud83d\\ude00", "w").write("x"); open("a b\\t", "w").write("x")',
    ],
    ['names that are not UTF-8', 'import os; open(b"\\xff", "w").write("x"); os.mkdir(b"d\\xff")'],
    ['bytes of every value', 'open("b", "wb").write(bytes(range(256)) * 100)'],
    ['too many files', 'for i in range(600): open(str(i), "w").write("x")'],
    ['folders without end', 'import os\nfor i in range(600): os.mkdir("d"); os.chdir("d")'],
    ['too many bytes', 'open("big", "wb").write(b"x" * 8_000_000)'],
    ['unreadable files', 'import os; open("u", "w").write("x"); os.chmod("u", 0); os.mkdir("e"); os.chmod("e", 0)'],
    ['links', 'import os; os.symlink("/etc/passwd", "l"); os.link("p.py", "h"); os.mkfifo("f")'],
    ['its own file gone', 'import os; os.remove("p.py")'],
    ['its file a folder', 'import os; os.remove("p.py"); os.mkdir("p.py"); open("p.py/x", "w").write("x")'],
    ['half characters', 'import sys; sys.stdout.buffer.write(b"\\xed\\xa0\\x80\\x00\\xff")'],
    ['much memory', 'x = bytearray(10**10)'],
    ['a deep recursion', 'import sys; sys.setrecursionlimit(10**8)\ndef f(): f()\nf()'],
    ['a signal', 'import os; os.kill(os.getpid(), 9)'],
    ['children', 'import os\nfor _ in range(40):\n  if os.fork() == 0: break'],
    ['no output left', 'import os; os.close(1); os.close(2)'],
  ]
  it('ends no episode when it runs', async () => {
    const { episode } = await start(await open({ ...FRESH, judged: 'request', runMs: 500, steps: 100 }))
    for (const [title, content] of programs) {
      await episode.step(call('write_file', { path: 'p.py', content }))
      await episode.step(call('run', { path: 'p.py' }))
      await episode.step(call('run_tests'))
      expect([title, episode.ending]).toEqual([title, null])
    }
    await episode.step(call('submit'))
    expect(episode.ending).toBe('terminated')
  })

  it('ends no episode when tests load it', async () => {
    const { episode, task } = await start(await open({ ...FRESH, stepMs: 400, judgeMs: 400, steps: 100 }))
    for (const [title, content] of programs.slice(-5)) {
      await episode.step(call('write_file', { path: task.entry, content }))
      expect([title, episode.ending]).toEqual([title, null])
    }
    const { reward } = await episode.step(call('submit'))
    expect([episode.ending, reward]).toEqual(['terminated', 0])
  })
})
