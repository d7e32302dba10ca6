import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import type { Effect, Json, JsonObject } from '../../../core/data/types.ts'
import { milestonesOf } from '../../../envs/sandbox/tasks/generate/index.ts'
import { sharedPool } from '../../../sandbox/shared-pool.ts'
import { newFolder } from '../../support/folder.ts'
import { describeWithSandbox } from '../../support/sandbox/judging.ts'
import { open, start } from './support.ts'

/** Tasks that differ in nothing but their hidden tests. */
function twins(hidden: readonly (readonly string[])[]): string {
  const folder = join(newFolder(), 'tasks')
  mkdirSync(folder)
  const task = { statement: 'Write double(x).', public_tests: 1, solution: 'def double(x):\n    return 2 * x\n' }
  const records = hidden.map((tests, at) => ({ ...task, id: `t${at}`, tests: ['assert double(1) == 2', ...tests] }))
  writeFileSync(join(folder, 'tasks.jsonl'), records.map((record) => `${JSON.stringify(record)}\n`).join(''))
  return folder
}

/** Programs that run before each reply, as texts of what they are given. */
async function programsBefore(world: Awaited<ReturnType<typeof open>>, index: number, actions: readonly Json[]) {
  const { episode } = await start(world, index)
  const run = vi.spyOn(await sharedPool('auto'), 'run')
  try {
    const counts: string[][] = []
    for (const action of actions) {
      run.mockClear()
      await episode.step(action)
      counts.push(run.mock.calls.map(([{ main, stdin }]) => JSON.stringify([main, stdin])))
    }
    return counts
  } finally {
    run.mockRestore()
  }
}

const call = (name: string, args: Json = {}): Json => ({ name, arguments: args })
const write = (content: string): Json => call('write_file', { path: 'solution.py', content })

const outputOf = (effect: Effect | undefined): JsonObject | null =>
  effect && 'output' in effect ? (effect.output as JsonObject) : null

describeWithSandbox('what runs before a reply in sandbox-python', () => {
  const actions = [
    write('import time\ndef double(x):\n    if x > 1: time.sleep(0.05)\n    return 2 * x\n'),
    call('run', { path: 'solution.py' }),
    call('run_tests'),
    call('edit_file', { path: 'solution.py', old: '2 * x', new: 'x + x' }),
    'nothing that can be read',
  ]

  it.each(['end', 'request'])(
    'is the same whatever hidden tests there are, if they are judged at %s',
    async (judged) => {
      const data = twins([[], ['assert double(3) == 6', 'assert double(4) == 8'], ['assert double("a") == 1']])
      const world = await open({ dataset: 'folder', data, judged })
      const none = await programsBefore(world, 0, actions)
      expect(await programsBefore(world, 1, actions)).toEqual(none)
      expect(await programsBefore(world, 2, actions)).toEqual(none)
      expect(none.flat().length).toBeGreaterThan(judged === 'end' ? 5 : 3)
    },
  )

  it('has hidden tests in it only if they are judged after each change', async () => {
    const world = await open({ dataset: 'folder', data: twins([['assert double(1234) == 2468']]), judged: 'change' })
    const [first = []] = await programsBefore(world, 0, actions)
    expect(first.join('')).toContain('1234')
  })

  it('runs hidden tests with the submission, and records their results for every step', async () => {
    const { episode, task, call: act } = await start(await open({ broken: 0, distractors: 0 }))
    const milestones = milestonesOf(task)
    for (const { files } of milestones) await act('write_file', { path: task.entry, content: files[task.entry] ?? '' })
    const { effects } = await act('submit')
    const results = effects.filter(({ name }) => name === 'judge' || name === 'verdict')
    const after = (number: number): JsonObject | null =>
      outputOf(results.findLast(({ input }) => (input as { after?: number[] }).after?.includes(number)))
    expect(after(0)?.passed).toEqual(task.suite.tests.map(() => false))
    for (const [at, { passes }] of milestones.entries()) expect(after(at + 1)?.passed).toEqual(passes)
    expect(effects.at(-1)).toMatchObject({
      name: 'verdict',
      input: { after: [milestones.length, milestones.length + 1] },
    })
    expect(episode.grades()).toMatchObject({ tests: 1, hidden: 1, public: 1 })
  })

  it('leaves results of earlier steps out, with the reason, when their time is used up', async () => {
    const data = twins([['assert double(3) == 6']])
    const { call: act, grades } = await start(await open({ dataset: 'folder', data }))
    for (const text of ['# slow', '# other'])
      await act('write_file', { path: 'solution.py', content: `def double(x):\n    return 0\n${text}\n` })
    await act('write_file', { path: 'solution.py', content: 'def double(x):\n    return 2 * x\n' })
    const end = await slowly(() => act('submit'))
    expect([end.reward, grades().hidden]).toEqual([1, 1])
    const early = end.effects.filter(({ name, input }) => name === 'judge' && (input as JsonObject).after)
    const isKnown = early.map((effect) => outputOf(effect)?.passed !== null)
    // The latest first, and that of the start, which has no file to run, whatever the time is.
    expect(isKnown).toEqual([true, false, true])
    expect(outputOf(early.at(1))).toEqual({ passed: null, reason: 'the time of judgeMs was used up' })
  })
})

/** Runs with a clock on which a program that says `# slow` takes an hour. */
async function slowly<T>(act: () => Promise<T>): Promise<T> {
  const pool = await sharedPool('auto')
  const [run, now] = [pool.run.bind(pool), Date.now.bind(Date)]
  let late = 0
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + late)
  const pooled = vi.spyOn(pool, 'run').mockImplementation(async (program, settings) => {
    const result = await run(program, settings)
    if (String(program.stdin).includes('# slow')) late += 3_600_000
    return result
  })
  try {
    return await act()
  } finally {
    clock.mockRestore()
    pooled.mockRestore()
  }
}
