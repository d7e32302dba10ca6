import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { catchLateFailures, type LateFailure } from '../../server/listen.ts'
import { type Ran, run, spawned } from '../support/command.ts'
import { newFolder } from '../support/folder.ts'

/** Clears the screen, and begins a line of its own. */
const LATE = `setTimeout(() => { throw new Error('late \\u001b[2J\\nstepgym: all is well') }, 1)`
const PAUSE = 'await new Promise((resolve) => setTimeout(resolve, 30))'

const environment = (name: string, step: string): string => `
import { defineEnvironment } from 'stepgym'
export default defineEnvironment({
  id: '${name}@1', kind: 'async', maxSteps: 2, action: (raw) => raw, actions: () => ['go'],
  reset: async () => ({ n: 0 }),
  async step({ n }) { ${step}; return { state: { n: n + 1 }, reward: 0.5, terminated: n === 1 } },
  observe: { text: ({ n }) => String(n) },
})`

let folder: string
beforeAll(async () => {
  folder = newFolder()
  for (const path of ['envs', 'agents', 'rewards/hooks']) mkdirSync(join(folder, path), { recursive: true })
  writeFileSync(join(folder, 'envs/calm.mjs'), environment('calm', ''))
  writeFileSync(join(folder, 'envs/late.mjs'), environment('late', `${LATE}; ${PAUSE}`))
  writeFileSync(join(folder, 'envs/loading.mjs'), `${environment('loading', '')}\n${LATE}; ${PAUSE}`)
  writeFileSync(
    join(folder, 'rewards/hooks/tardy.mjs'),
    `import { defineRewardHook } from 'stepgym'
    export default defineRewardHook({
      name: 'tardy', version: 1, scope: 'turn', async reward() { ${LATE}; ${PAUSE}; return 1 },
    })`,
  )
  writeFileSync(
    join(folder, 'agents/tardy.mjs'),
    `import { defineAgent } from 'stepgym'
    export default defineAgent({
      name: 'tardy', summary: 'late', options: {},
      create: () => ({ name: 'tardy', async act() { ${LATE}; ${PAUSE}; return { action: 'go' } } }),
    })`,
  )
  const args = ['rollout', '--env', 'calm', '--agent', 'random', '--groups', '1', '--out', 'run']
  expect((await run(args, { folder })).code).toBe(0)
})

function expectHarmless({ out, err }: Ran<number | null>): void {
  expect(`${out}${err}`).not.toContain('\u001b')
  expect(`${out}${err}`).not.toMatch(/^stepgym: all is well/m)
}

const TOLD = 'threw outside any call: late \\u001b[2J\\nstepgym: all is well'

describe('user code that fails late ends no command', () => {
  it('rescore: the signal is null, and the hook is named', async () => {
    const ran = await spawned(['rescore', 'run', '--hook', 'tardy', '--out', 'again', '--json'], folder)
    expectHarmless(ran)
    expect(ran.err).toContain(`reward hook tardy ${TOLD}`)
    expect(ran.code).toBe(0)
    const { signals } = JSON.parse(ran.out).summary
    expect(signals.find(({ name }: { name: string }) => name === 'tardy')).toMatchObject({ nulls: 8 })
  })

  it('rollout: the episodes of an agent are aborted, and it is named', async () => {
    const args = ['--env', 'calm', '--agent', 'tardy', '--groups', '1', '--group-size', '1', '--json']
    const ran = await spawned(['rollout', ...args], folder)
    expectHarmless(ran)
    expect(ran.err).toContain(`agent tardy ${TOLD}`)
    expect(JSON.parse(ran.out).summary.endings).toEqual({ terminated: 0, truncated: 0, aborted: 1 })
  })

  it('play: the episode is aborted, and what threw is named', async () => {
    const ran = await spawned(['play', 'late'], folder, undefined, 'go\n')
    expectHarmless(ran)
    expect(ran.err).toContain(`environment late@1 ${TOLD}`)
    expect(ran.out).toContain('aborted: ENV_FAILED: after the reset')
  })

  it.each([
    ['eval', 'values', 'run', '--agent', 'tardy', '--forks', '1'],
    ['tasks', '--env', 'loading'],
    ['list', 'envs'],
  ])('%s %s %s: it is printed, and the exit code is 1', async (...args) => {
    const ran = await spawned(args, folder)
    expectHarmless(ran)
    expect(ran.err).toContain(`unknown code ${TOLD}`)
    expect(ran.code).toBe(1)
  })

  it.each(['./envs/late.mjs', './rewards/hooks/tardy.mjs', './agents/tardy.mjs'])(
    'check %s: it is a rule that is broken',
    async (module) => {
      const ran = await run(['check', module], { folder })
      expectHarmless(ran)
      expect(ran.out).toContain('it threw outside any call: late \\u001b[2J')
      expect(ran.code).toBe(1)
    },
  )
})

describe('catching late failures within another', () => {
  it('calls the inner one until it ends, then the outer one', async () => {
    const caught: string[] = []
    const tell =
      (who: string) =>
      ({ error }: LateFailure) =>
        caught.push(`${who} ${String(error)}`)
    const fail = async (what: string): Promise<void> => {
      setTimeout(() => {
        throw what
      }, 0)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    // The runner of the tests listens, too.
    const others = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    const uncatchOuter = catchLateFailures(tell('outer'))
    const uncatchInner = catchLateFailures(tell('inner'))
    await fail('one')
    uncatchInner()
    await fail('two')
    uncatchOuter()
    expect(process.listenerCount('uncaughtException')).toBe(0)
    for (const other of others) process.on('uncaughtException', other)
    expect(caught).toEqual(['inner one', 'outer two'])
  })
})
