import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Group } from '../../../core/data/types.ts'
import { defineRewardHook } from '../../../core/reward/hook.ts'
import guessNumber from '../../../envs/guess-number.ts'
import { quiet, served, until } from '../../support/server/client.ts'
import { echo, gated } from '../../support/server/worlds.ts'
import { hasPython, OPENENV, printedBy, pythonWithOpenEnv } from '../python.ts'
import { countingProxy } from './counting-proxy.ts'

const SCRIPT = join(import.meta.dirname, 'clients.py')

describe.skipIf(!hasPython())(`the clients of ${OPENENV}, unchanged,`, () => {
  let python = ''
  beforeAll(async () => {
    python = await pythonWithOpenEnv()
  })
  const play = (scene: string, url: string): Promise<unknown> => printedBy(python, SCRIPT, scene, url)

  it('take 1,000 steps beside a slow process hook, and get replies and nothing else', async () => {
    const slow = defineRewardHook({
      name: 'slow',
      version: 1,
      scope: 'process',
      maxBatch: 16,
      timeoutMs: 10_000,
      reward: (steps) => new Promise((resolve) => setTimeout(() => resolve({ perStep: steps.map(() => 1) }), 50)),
    })
    const server = await served([{ ...echo, maxSteps: 1002 }], { hooks: [slow] })
    const rewarded: (number | null)[] = []
    server.host.listen({ rewardsArrived: ({ rewards }) => rewarded.push(...rewards.map(({ index }) => index)) })
    const proxy = await countingProxy(server.url)
    expect(await play('many_steps', `${proxy.url}/echo`)).toEqual({ steps: 1000, done: true, ending: 'terminated' })
    // reset, 1,000 steps, state and the last step; `close` has no reply.
    expect(proxy.counts).toEqual({ fromClients: 1004, fromServer: 1003 })
    await until(() => rewarded.length === 1001)
    expect(rewarded).toEqual([...rewarded.keys()])
    proxy.close()
    await quiet(server)
  })

  it('run what the README shows', async () => {
    const readme = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8')
    const [, code = ''] = /```python\n([\s\S]*?)```/.exec(readme) ?? []
    const server = await served([guessNumber])
    const script = join(mkdtempSync(join(tmpdir(), 'stepgym-readme-')), 'snippet.py')
    writeFileSync(script, code.replace('http://127.0.0.1:8000', server.url))
    expect(await printedBy(python, script)).toEqual({
      said: expect.stringMatching(/^50(: | is )(higher|lower|correct)$/),
      rewards: [expect.objectContaining({ name: 'env' })],
    })
    rmSync(dirname(script), { recursive: true })
    await quiet(server)
  })

  it('work typed, with fields that forbid others', async () => {
    const server = await served([echo])
    const ids: unknown[] = []
    server.host.listen({ episodeEnded: ({ trajectory }) => ids.push([trajectory.id, trajectory.seed]) })
    expect(await play('typed', server.url)).toMatchObject({
      begun: expect.stringMatching(/^one \d+$/),
      reward: 5,
      done: false,
      text: 'hello',
      state: { episode_id: 'typed', step_count: 1, said: 'hello' },
    })
    await quiet(server)
    expect(ids).toEqual([['typed', '9223372036854775809']])
  })

  it('see errors with their codes, and continue', async () => {
    const server = await served([echo])
    expect(await play('errors', server.url)).toEqual({
      first: expect.stringContaining('(code: EXECUTION_ERROR)'),
      shape: expect.stringContaining('(code: VALIDATION_ERROR)'),
      task: expect.stringContaining('(code: VALIDATION_ERROR)'),
      odd: 'ACTION_INVALID',
      broken: expect.stringMatching(/step 1: the environment threw \(reference \S+\) \(code: EXECUTION_ERROR\)/),
      alive: 'alive',
    })
  })

  it('see that a server is full', async () => {
    const server = await served([echo], { limits: { sessions: 1, waitMs: 200 } })
    expect(await play('full', server.url)).toEqual({
      full: expect.stringContaining('(code: CAPACITY_REACHED)'),
      holder: 'on',
    })
  })

  it('form a group', async () => {
    const server = await served([echo])
    const groups: Group[] = []
    server.host.listen({ groupClosed: ({ group }) => groups.push(group) })
    const members = (await play('group', `${server.url}/echo`)) as readonly { start: string; start_tag: string }[]
    expect(new Set(members.map(({ start, start_tag }) => `${start} ${start_tag}`)).size).toBe(1)
    await until(() => groups.length === 1)
    expect(groups[0]?.trajectories.map(({ steps }) => steps.length).toSorted()).toEqual([1, 2, 3, 4])
    await quiet(server)
  })

  it('that give up on a step get the answer to what they ask next', async () => {
    const { environment } = gated()
    const { step } = environment
    const quick: typeof environment = {
      ...environment,
      step: (state, action, context) =>
        action === 'slow' ? step(state, action, context) : { state: { said: action }, reward: 1, terminated: false },
    }
    const server = await served([quick])
    expect(await play('gives_up', server.url)).toEqual({ begun: 'begin', text: 'fast' })
    await quiet(server)
  })
})
