import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { readRun } from '../../records/reader.ts'
import { type Ran, run, spawned } from '../support/command.ts'
import { newFolder } from '../support/folder.ts'

let folder: string
beforeEach(() => {
  folder = newFolder()
  mkdirSync(join(folder, 'envs'))
  mkdirSync(join(folder, 'rewards', 'hooks'), { recursive: true })
})

const environment = (step: string): string => `
import { defineEnvironment } from 'stepgym'
export default defineEnvironment({
  id: 'late@1',
  kind: 'async',
  maxSteps: 3,
  action: (raw) => raw,
  reset: async () => ({ n: 0 }),
  async step({ n }, action, { signal }) {
    ${step}
    return { state: { n: n + 1 }, reward: 1, terminated: false }
  },
  observe: { text: ({ n }) => String(n) },
  actions: () => ['go'],
})
`
const hook = (name: string, body: string): string => `
import { EventEmitter } from 'node:events'
import { defineRewardHook } from 'stepgym'
export default defineRewardHook({
  name: '${name}',
  version: 1,
  scope: 'turn',
  timeoutMs: 300,
  async reward(step, { signal }) {
    ${body}
  },
})
`
const NEVER = 'await new Promise(() => {})'
const write = (path: string, text: string): void => writeFileSync(join(folder, path), text)

describe('user code that fails outside any call', () => {
  const late = {
    timer: `setTimeout(() => { throw new Error('late') }, 1); ${NEVER}`,
    emitter: `const e = new EventEmitter(); setTimeout(() => e.emit('error', new Error('late')), 1); ${NEVER}`,
    promise: `Promise.reject(new Error('late')); ${NEVER}`,
    microtask: `queueMicrotask(() => { throw new Error('late') }); ${NEVER}`,
    listener: `signal.addEventListener('abort', () => { throw new Error('late') }); ${NEVER}`,
  }

  it('in hooks: their signals are null, the run continues, the record reads', async () => {
    write('envs/late.mjs', environment(''))
    for (const [name, body] of Object.entries(late)) write(`rewards/hooks/${name}.mjs`, hook(name, body))
    const hooks = Object.keys(late).flatMap((name) => ['--hook', name])
    const rollout = ['rollout', '--env', 'late', '--agent', 'random', '--groups', '1', '--group-size', '1']
    const { code, err } = await spawned([...rollout, ...hooks, '--out', 'run'], folder)
    for (const name of ['timer', 'emitter', 'promise'])
      expect(err).toContain(`reward hook ${name} threw outside any call: late`)
    expect(err.match(/threw outside any call: late/g)).toHaveLength(3 * Object.keys(late).length)
    expect(code).toBe(0)
    const [only] = [...readRun(join(folder, 'run')).trajectories()]
    expect(only?.trajectory.steps).toHaveLength(3)
    for (const { rewards } of only?.trajectory.steps ?? []) {
      const reasons = rewards.slice(1).map((reward) => [reward.name, reward.value === null && reward.reason])
      const known = [
        ['timer', 'threw'],
        ['emitter', 'threw'],
        ['promise', 'threw'],
      ]
      expect(reasons.slice(0, 3)).toEqual(known)
      expect(reasons.slice(3).every(([, reason]) => reason === 'lapsed' || reason === 'threw')).toBe(true)
    }
  })

  it('in an environment: its episode is aborted, others continue', async () => {
    write('envs/late.mjs', environment(`if (n === 1) { setTimeout(() => { throw new Error('late') }, 1); ${NEVER} }`))
    const rollout = [
      'rollout',
      '--env',
      'late',
      '--agent',
      'random',
      '--groups',
      '1',
      '--group-size',
      '2',
      '--out',
      'run',
    ]
    const { code, err } = await spawned(rollout, folder)
    expect(err).toContain('environment late@1 threw outside any call: late')
    expect(code).toBe(1)
    const endings = [...readRun(join(folder, 'run')).trajectories()].map(({ trajectory }) => trajectory)
    for (const { ending, endingReason, steps } of endings) {
      expect([ending, steps.length]).toEqual(['aborted', 1])
      expect(endingReason).toMatch(/^ENV_FAILED: after step 0: the environment threw \(reference/)
    }
    expect((await run(['replay', 'run'], { folder })).code).toBe(0)
  })
})

interface Served {
  readonly ended: Promise<Ran<number | null>>
  readonly kill: (signal: NodeJS.Signals) => void
  readonly ask: (path: string, body?: unknown) => Promise<unknown>
}

async function served(...flags: readonly string[]): Promise<Served> {
  let kill: Served['kill'] = () => {}
  let printed = (): string => ''
  const ended = spawned(['serve', '--env', 'late', '--port', '0', ...flags], folder, (...process) => {
    kill = process[0]
    printed = process[1]
  })
  const address = (): string | undefined => /http:\/\/[\d.]+:\d+/.exec(printed())?.[0]
  const failed = ended.then(({ err }) => Promise.reject(new Error(`the server ended: ${err}`)))
  while (address() === undefined) await Promise.race([failed, sleep(20)])
  failed.catch(() => {})
  const url = address() ?? ''
  const ask = async (path: string, body?: unknown): Promise<unknown> => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    return (await fetch(url + path, init)).text()
  }
  return { ended, kill: (signal) => kill(signal), ask }
}

describe('a server', () => {
  it('outlives what its environment throws late, counts it, and ends at SIGTERM with timers left', async () => {
    write(
      'envs/late.mjs',
      environment(`setInterval(() => {}, 1000); setTimeout(() => { throw new Error('secret') }, 1); ${NEVER}`),
    )
    const server = await served()
    const { episode_id } = JSON.parse(String(await server.ask('/reset', {}))) as { readonly episode_id: string }
    const reply = String(await server.ask('/step', { episode_id, action: { action: 'go' } }))
    expect(reply).not.toContain('secret')
    // Counted after the reply, as all events are.
    await expect.poll(() => server.ask('/metrics'), { timeout: 60_000 }).toMatch(/stepgym_failures_total [1-9]/)
    server.kill('SIGTERM')
    const { code, err } = await server.ended
    expect(code).toBe(0)
    expect(err).toContain('secret')
  })

  it('ends at SIGTERM with timers that its hooks left, and records what was judged', async () => {
    write('envs/late.mjs', environment(''))
    const leak = 'setInterval(() => {}, 1000); setTimeout(() => {}, 2 ** 31 - 1); return 1'
    write('rewards/hooks/leaky.mjs', hook('leaky', leak))
    const server = await served('--hook', 'leaky', '--record', 'runs')
    const { episode_id } = JSON.parse(String(await server.ask('/reset', {}))) as { readonly episode_id: string }
    await server.ask('/step', { episode_id, action: { action: 'go' } })
    server.kill('SIGTERM')
    expect((await server.ended).code).toBe(0)
    const [only] = [...readRun(join(folder, 'runs', 'late')).trajectories()]
    expect(only?.trajectory).toMatchObject({
      ending: 'aborted',
      steps: [{ rewards: [{}, { name: 'leaky', value: 1 }] }],
    })
  })

  it('is ended by its watchdog where code never returns, and says where that is', async () => {
    write('envs/late.mjs', environment('for (;;) {}'))
    const server = await served('--watchdog', '3000')
    const { episode_id } = JSON.parse(String(await server.ask('/reset', {}))) as { readonly episode_id: string }
    await expect(server.ask('/step', { episode_id, action: { action: 'go' } })).rejects.toThrow()
    const { code, err } = await server.ended
    expect(code).not.toBe(0)
    expect(err).toMatch(
      /the event loop stood still for 3000 ms: the process is ended\n +at step \(.*envs\/late\.mjs:\d+\)/,
    )
  })
})
