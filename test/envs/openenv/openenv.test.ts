import { describe, expect, it } from 'vitest'
import { environmentCatalog } from '../../../bin/find.ts'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import { fork } from '../../../core/episode/fork.ts'
import { startEpisode } from '../../../core/episode/start.ts'
import { openWorld, withSoftware } from '../../../core/episode/world.ts'
import { hookSet } from '../../../core/reward/hook.ts'
import { rolloutGroup } from '../../../core/rollout/group.ts'
import { openEnvEnvironment } from '../../../envs/openenv/environment.ts'
import { readOpenEnvServers } from '../../../envs/openenv/servers.ts'
import { openSession } from '../../../envs/openenv/session.ts'
import { createRun, readRun, replayRun } from '../../../records/index.ts'
import { pass, stopClock } from '../../support/clock.ts'
import { newFolder } from '../../support/folder.ts'
import { type Answer, fakeServer, shown } from './fake-server.ts'

/** Says what it is given; starts the same for the same seed. */
const echo =
  (): Answer =>
  ({ type, data = {} }) => {
    if (type === 'reset') return shown(`seed ${data.seed}, ${data.level ?? 'easy'}`)
    return type === 'step' ? shown(`${data.message}`) : null
  }

const worldAt = (url: string, options: JsonObject = {}, token?: string) =>
  openWorld(openEnvEnvironment(readOpenEnvServers({ s: { openenv: url, ...(token !== undefined && { token }) } })), {
    server: 's',
    startMs: 30_000,
    ...options,
  })

async function episodeAt(url: string, options: JsonObject = {}) {
  const world = await worldAt(url, options)
  return startEpisode(world, { task: world.tasks.at('train', 0), seed: 1 })
}

describe('an OpenEnv server as an environment', () => {
  it('is reset with a seed and its arguments, and steps with texts or fields', async () => {
    const { url, frames } = await fakeServer(echo)
    const tasks: readonly Json[] = [{ id: 'hard', split: 'test', reset: { level: 'hard' } }]
    const world = await worldAt(url, { tasks, reset: { other: 1 } })
    const episode = await startEpisode(world, { task: world.tasks.at('test', 0), seed: 1 })
    expect(episode.text()).toMatch(/^seed \d+, hard$/)
    const { reward } = await episode.step('hi')
    expect([reward, episode.text()]).toEqual([0.5, 'hi'])
    await episode.step({ message: 'end', more: 2 })
    expect(episode.ending).toBe('terminated')
    await episode.close()
    const data = frames.filter(({ type }) => type !== 'close').map((frame) => frame.data)
    expect(data.slice(-3)).toEqual([
      { seed: expect.any(Number), other: 1, level: 'hard' },
      { message: 'hi' },
      { message: 'end', more: 2 },
    ])
  })

  it('shows agents how actions are written, and never what a reset is given', async () => {
    const { url } = await fakeServer(echo, { action: { type: 'object', properties: { message: { type: 'string' } } } })
    const world = await worldAt(url, { tasks: [{ id: 'a', reset: { answer: 42 } }] })
    const task = world.tasks.at('train', 0)
    expect(task.public).toEqual({ action: { type: 'object', properties: { message: { type: 'string' } } } })
    expect(task.private).toEqual({ reset: { answer: 42 } })
  })

  it('is sent the token of the configuration, which no record has', async () => {
    const { url, headers } = await fakeServer(echo)
    const world = await worldAt(url, {}, 'secret')
    expect(headers).toContain('Bearer secret')
    expect(JSON.stringify([world.options, world.digest])).not.toContain('secret')
  })

  it('can be forked by replay once two resets with one seed agreed, and says so in the record', async () => {
    const { url } = await fakeServer(echo)
    const world = await withSoftware(await worldAt(url))
    expect([world.environment.fork, world.software]).toEqual(['replay', { openenv: { server: 's', fork: 'replay' } }])
    const episode = await startEpisode(world, { task: world.tasks.at('train', 0), seed: 1 })
    await episode.step('one')
    const other = await fork(episode)
    await other.step('two')
    expect([episode.text(), other.text(), other.index]).toEqual(['one', 'two', 2])
    await Promise.all([episode.close(), other.close()])
  })

  it('cannot be forked where two resets with one seed differ, or could not be compared, and says why', async () => {
    let resets = 0
    const { url } = await fakeServer(
      () =>
        ({ type }) =>
          shown(type === 'reset' ? `reset ${resets++}` : 'next'),
    )
    for (const [address, reason] of [
      [url, 'two resets with one seed differ'],
      ['http://127.0.0.1:9', expect.stringContaining('two resets could not be compared: no connection')],
    ]) {
      const world = await withSoftware(await worldAt(address))
      expect(world.environment.fork).toBe('none')
      expect(world.software).toEqual({ openenv: { server: 's', fork: 'none', reason } })
    }
    const episode = await episodeAt(url)
    expect(() => fork(episode)).toThrow(expect.objectContaining({ code: 'FORK_UNSUPPORTED' }))
    await episode.close()
  })

  it('is recorded whole: a replay needs no server', async () => {
    const { url } = await fakeServer(echo)
    const world = await worldAt(url, { steps: 3 })
    const folder = newFolder()
    const hooks = hookSet([])
    const log = createRun(folder, { world, agent: 'a', hooks })
    const agent = {
      name: 'a',
      act: ({ history }: { readonly history: readonly unknown[] }) => ({ action: `turn ${history.length}` }),
    }
    const group = await rolloutGroup(
      world,
      { task: world.tasks.at('train', 0), seed: 3 },
      { groupId: 'g', size: 2, agent, hooks, runKey: log.manifest.runKey, log },
    )
    log.close()
    expect(group.trajectories.map(({ ending, steps }) => [ending, steps.length])).toEqual([
      ['truncated', 3],
      ['truncated', 3],
    ])
    const gone = await worldAt('http://127.0.0.1:9', { steps: 3 })
    for await (const { divergence, steps } of replayRun(gone, readRun(folder)))
      expect([divergence, steps]).toEqual([null, 3])
  })

  it('refuses an action by its schema: the agent sees why, and the step is invalid', async () => {
    const error = {
      type: 'error',
      data: {
        message: 'Invalid message',
        code: 'VALIDATION_ERROR',
        errors: [{ loc: ['move'], msg: 'Field required' }],
      },
    }
    const { url } = await fakeServer(
      () =>
        ({ type }) =>
          type === 'reset' ? shown('go') : JSON.stringify(error),
    )
    const episode = await episodeAt(url)
    const taken = await episode.step({ mvoe: 1 })
    expect(taken).toMatchObject({ isActionValid: false, reward: null })
    expect(episode.text()).toBe('Invalid message; move: Field required')
    await episode.close()
  })

  it.each<[string, string]>([
    ['an error', JSON.stringify({ type: 'error', data: { message: 'it broke', code: 'EXECUTION_ERROR' } })],
    ['something that is not a frame', 'hello'],
    ['a list', '[1]'],
    ['50,000 lists in each other', `${'['.repeat(50_000)}`],
    ['a state', '{"type":"state","data":{}}'],
    ['an end that is no flag', '{"type":"observation","data":{"observation":{},"done":"yes"}}'],
  ])('aborts an episode whose server answers with %s', async (_, answer) => {
    const { url } = await fakeServer(
      () =>
        ({ type }) =>
          type === 'reset' ? shown('go') : answer,
    )
    const episode = await episodeAt(url)
    await expect(episode.step('x')).rejects.toMatchObject({ code: 'EFFECT_FAILED' })
    expect(episode.ending).toBe('aborted')
    await episode.close()
  })

  it('aborts an episode whose server does not answer in time', async () => {
    const { url, frames } = await fakeServer(
      () =>
        ({ type }) =>
          type === 'reset' ? shown('go') : null,
    )
    const episode = await episodeAt(url, { callMs: 5000 })
    stopClock()
    const late = expect(episode.step('x')).rejects.toMatchObject({ code: 'EFFECT_FAILED' })
    while (frames.at(-1)?.type !== 'step') await new Promise(setImmediate)
    await pass(5000)
    await late
    expect(episode.ending).toBe('aborted')
    await episode.close()
  })

  it('reads what Python writes, and has null for a reward that is not a number', async () => {
    const { url } = await fakeServer(
      () =>
        ({ type }) =>
          type === 'reset'
            ? shown('go')
            : '{"type":"observation","data":{"observation":{"a":NaN,"b":"x NaN"},"reward":NaN,"done":false}}',
    )
    const episode = await episodeAt(url)
    expect((await episode.step('x')).reward).toBeNull()
    expect(episode.text()).toBe('{"a":null,"b":"x NaN"}')
    await episode.close()
  })

  it('keeps every digit of an integer that a number cannot hold, as a text', async () => {
    const observation =
      '{"id":-9007199254740993,"safe":9007199254740991,"deep":[{"x":18446744073709551615}],"real":0.5}'
    const { url } = await fakeServer(
      () => () =>
        `{"type":"observation","data":{"observation":${observation},"reward":36893488147419103232,"done":false}}`,
    )
    const episode = await episodeAt(url)
    expect(episode.text()).toBe(
      '{"deep":[{"x":"18446744073709551615"}],"id":"-9007199254740993","real":0.5,"safe":9007199254740991}',
    )
    expect((await episode.step('x')).reward).toBe(2 ** 65)
    await episode.close()
  })

  it('shows the field that is chosen, and never metadata', async () => {
    const { url } = await fakeServer(() => () => shown('page', { extra: [1], metadata: { answer: 42 } }))
    for (const [text, expected] of Object.entries({ text: 'page', extra: '[1]', '': '{"extra":[1],"text":"page"}' })) {
      const episode = await episodeAt(url, { text })
      expect(episode.text()).toBe(expected)
      await episode.close()
    }
  })
})

describe('a session on an OpenEnv server', () => {
  const openAt = async (url: string) =>
    openSession({ url: new URL(url), token: null }, { startMs: 30_000, callMs: 30_000 })

  it('guards steps before a reset and after the end, which servers take silently', async () => {
    const { url, frames } = await fakeServer(echo)
    const session = await openAt(url)
    await expect(session.step({ message: 'early' })).rejects.toThrow('reset first')
    await session.reset({ seed: 1 })
    expect(await session.step({ message: 'end' })).toMatchObject({ done: true })
    await expect(session.step({ message: 'late' })).rejects.toThrow('reset first')
    expect(frames.map(({ type }) => type)).toEqual(['reset', 'step'])
    session.close()
  })

  it('is lost where the server is full, which it says before anything was asked', async () => {
    const full = '{"type":"error","data":{"message":"at capacity","code":"CAPACITY_REACHED"}}'
    const { url } = await fakeServer(echo, {}, full)
    const session = await openAt(url)
    await expect(session.reset({}).then(() => session.step({}))).rejects.toThrow(/at capacity/)
  })

  it('takes no request after it was closed', async () => {
    const { url } = await fakeServer(echo)
    const session = await openAt(url)
    session.close()
    await expect(session.reset({})).rejects.toThrow('the OpenEnv server is lost: the session was closed')
  })
})

describe('environmentServers in the configuration', () => {
  it.each<[string, Json]>([
    ['environmentServers must be an object of environments', []],
    ['environmentServers.a must be an object', { a: 'http://x' }],
    ['environmentServers.built-in must be named', { 'built-in': { openenv: 'http://x' } }],
    ['environmentServers.a.openenv must be an address', { a: { openenv: 'file:///etc/passwd' } }],
    ['environmentServers.a.token must be a text', { a: { openenv: 'http://x', token: 1 } }],
    ['environmentServers.a must be without "headers"', { a: { openenv: 'http://x', headers: {} } }],
  ])('are refused: %s', (message, servers) => {
    expect(() => readOpenEnvServers(servers)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    expect(() => readOpenEnvServers(servers)).toThrow(message)
  })

  it('are looked up by name: a record never leads to an address', async () => {
    const { url } = await fakeServer(echo)
    const environment = await environmentCatalog(newFolder(), { environmentServers: { s: { openenv: url } } }).load(
      'openenv',
    )
    const world = await openWorld(environment, { server: 's' })
    expect(world.environment.fork).toBe('replay')
    const other = await openWorld(environment, { server: url })
    expect(() => startEpisode(other, { task: other.tasks.at('train', 0), seed: 1 })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    )
    await expect(openWorld(environment, { url })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})
