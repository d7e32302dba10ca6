import { describe, expect, it } from 'vitest'
import { environmentCatalog } from '../../../bin/find.ts'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import { fork } from '../../../core/episode/fork.ts'
import type { ForkStream } from '../../../core/episode/lineage.ts'
import { startEpisode } from '../../../core/episode/start.ts'
import { openWorld, type World, withSoftware } from '../../../core/episode/world.ts'
import { hookSet } from '../../../core/reward/hook.ts'
import { rolloutGroup } from '../../../core/rollout/group.ts'
import { readGymnasiumEntries } from '../../../envs/gymnasium/entries.ts'
import { gymnasiumEnvironment } from '../../../envs/gymnasium/environment.ts'
import { createRun, readRun, replayRun } from '../../../records/index.ts'
import { newFolder } from '../../support/folder.ts'
import { failureOf } from './failure.ts'
import { startFakes } from './fake-process.ts'

function opened(id: string, options: JsonObject = {}, { start } = startFakes()): Promise<World> {
  const environment = gymnasiumEnvironment(readGymnasiumEntries({ e: { gymnasium: id } }), start)
  return openWorld(environment, { environment: 'e', ...options })
}

const episodeIn = (world: World, seed = 1) => startEpisode(world, { task: world.tasks.at('train', 0), seed })

describe('a Gymnasium environment behind a bridge', () => {
  it('is reset with a seed and the options of its task, and ends as it says', async () => {
    const tasks: readonly Json[] = [{ id: 'hard', split: 'test', reset: { level: 2 } }]
    const world = await opened('echo', { tasks })
    const episode = await startEpisode(world, { task: world.tasks.at('test', 0), seed: 1 })
    expect(episode.text()).toMatch(/^seed \d+ \{"level":2\}$/)
    expect((await episode.step(0)).reward).toBe(0.5)
    expect(episode.text()).toMatch(/^action 0, luck \d+$/)
    await episode.step(2)
    expect(episode.ending).toBe('terminated')
    const other = await episodeIn(await opened('echo'))
    for (let step = 0; step < 4; step++) await other.step(0)
    expect(other.ending).toBe('truncated')
    await Promise.all([episode.close(), other.close()])
  })

  it('shows agents its spaces, and never what a reset is given', async () => {
    const world = await opened('echo', { tasks: [{ id: 'a', reset: { answer: 42 } }] })
    const task = world.tasks.at('train', 0)
    expect(task.public).toEqual({ action: { type: 'integer' }, observation: { type: 'string' } })
    expect(task.private).toEqual({ reset: { answer: 42 } })
  })

  it('lists the actions that the mask admits, by their names', async () => {
    const world = await opened('echo', { actions: ['left', 'stay', 'right'] })
    const episode = await episodeIn(world)
    expect(episode.actions()).toEqual(['left', 'right'])
    await episode.step('left')
    expect(episode.text()).toMatch(/^action 0/)
    await episode.close()
  })

  it('keeps fields of info for agents and for hooks apart, and others out of records', async () => {
    const kept = async (options: JsonObject) => {
      const episode = await episodeIn(await opened('echo', options))
      const { info } = await episode.step(0)
      const grades = episode.grades()
      await episode.close()
      return { info, grades }
    }
    expect(await kept({ info: ['score', 'absent'] })).toEqual({ info: { score: 3 }, grades: {} })
    expect(await kept({ grades: ['score', 'absent'] })).toEqual({ info: {}, grades: { score: 3, absent: null } })
  })

  it('refuses an action outside of its space: the agent sees why, and the step is invalid', async () => {
    const episode = await episodeIn(await opened('echo'))
    expect(await episode.step('odd')).toMatchObject({ isActionValid: false, reward: null })
    expect(episode.text()).toMatch(/^the action is not an integer from 0 to 2\nseed/)
    expect(await episode.step(JSON.parse(`${'['.repeat(200)}${']'.repeat(200)}`))).toMatchObject({
      isActionValid: false,
    })
    expect(episode.text()).toMatch(/at most 100 levels\nseed/)
    await episode.close()
  })

  it('draws of its own stream in each step, or of that of its reset', async () => {
    const luckOf = async (options: JsonObject, stream?: ForkStream) => {
      const episode = await episodeIn(await opened('echo', options))
      const others = [0, 1].map(() => fork(episode, stream))
      const forks = await Promise.all(others)
      for (const each of forks) await each.step(0)
      const texts = forks.map((each) => each.text())
      await Promise.all([episode, ...forks].map((each) => each.close()))
      return texts
    }
    const [one, other] = await luckOf({})
    expect(one).not.toBe(other)
    const [common, same] = await luckOf({}, { rng: 'common', number: 0 })
    expect(common).toBe(same)
    expect(await luckOf({ stepSeeds: false })).toEqual(['action 0, luck none', 'action 0, luck none'])
  })

  it('can be forked by replay once processes agreed under the same seeds, and says so in the record', async () => {
    const world = await withSoftware(await opened('echo'))
    expect(world.environment.fork).toBe('replay')
    expect(world.software).toEqual({
      gymnasium: { environment: 'e', id: 'echo', version: '1.4.0', python: '3.11.7', fork: 'replay' },
    })
  })

  it.each([
    ['other resets', 'two resets with one seed differ'],
    ['other steps', 'step 0 differs after two resets with one seed'],
    ['used', 'step 0 differs after two resets with one seed'],
  ])('cannot be forked where a process has %s, and says why', async (id, reason) => {
    const world = await withSoftware(await opened(id))
    expect(world.environment.fork).toBe('none')
    expect(world.software?.gymnasium).toMatchObject({ fork: 'none', reason })
  })

  it('is recorded whole: a replay needs no Python', async () => {
    const world = await opened('echo', { steps: 3 })
    const [folder, hooks] = [newFolder(), hookSet([])]
    const log = createRun(folder, { world, agent: 'a', hooks })
    const group = await rolloutGroup(
      world,
      { task: world.tasks.at('train', 0), seed: 3 },
      {
        groupId: 'g',
        size: 2,
        agent: { name: 'a', act: () => ({ action: 0 }) },
        hooks,
        runKey: log.manifest.runKey,
        log,
      },
    )
    log.close()
    expect(group.trajectories.map(({ ending, steps }) => [ending, steps.length])).toEqual([
      ['truncated', 3],
      ['truncated', 3],
    ])
    const gone = await openWorld(gymnasiumEnvironment(), { environment: 'e', steps: 3 })
    for await (const { divergence, steps } of replayRun(gone, readRun(folder)))
      expect([divergence, steps]).toEqual([null, 3])
  })

  it('plays its episodes in processes of their own, and uses a process again for a new environment', async () => {
    const fakes = startFakes()
    const world = await opened('echo', {}, fakes)
    const before = fakes.started.length
    const episodes = await Promise.all([1, 2, 3].map((seed) => episodeIn(world, seed)))
    expect(fakes.started.length).toBe(3)
    expect(before).toBe(2)
    for (const episode of episodes) await episode.close()
    const again = await episodeIn(world)
    expect(fakes.started.length).toBe(3)
    await again.close()
  })
})

describe('environments of Gymnasium in the configuration', () => {
  it.each<[string, Json]>([
    ['environmentServers must be an object of environments', []],
    ['environmentServers.a must be an object', { a: 'CartPole-v1' }],
    ['environmentServers.built-in must be named', { 'built-in': { gymnasium: 'CartPole-v1' } }],
    ['environmentServers.a.gymnasium must be a text', { a: { gymnasium: 1 } }],
    ['environmentServers.a.kwargs must be an object', { a: { gymnasium: 'x', kwargs: [] } }],
    ['environmentServers.a.python must be a text', { a: { gymnasium: 'x', python: '' } }],
    ['environmentServers.a.env.KEY must be a text', { a: { gymnasium: 'x', env: { KEY: 1 } } }],
    ['environmentServers.a.inherit[0] must be a text', { a: { gymnasium: 'x', inherit: [1] } }],
    ['environmentServers.a must be without "command"', { a: { gymnasium: 'x', command: 'rm' } }],
  ])('are refused: %s', (message, servers) => {
    expect(() => readGymnasiumEntries(servers)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    expect(() => readGymnasiumEntries(servers)).toThrow(message)
  })

  it('are looked up by name: a record never leads to a module or a command', async () => {
    const servers = { a: { gymnasium: 'CartPole-v1', python: '/nowhere/python' }, b: { openenv: 'http://x' } }
    const environment = await environmentCatalog(newFolder(), { environmentServers: servers }).load('gymnasium')
    const other = await openWorld(environment, { environment: 'CartPole-v1' })
    const { why } = await failureOf(() => episodeIn(other))
    expect(why).toMatch(/no Gymnasium environment "CartPole-v1" is configured: .* built-in, a;/)
    await expect(openWorld(environment, { module: 'os' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(openWorld(environment, { kwargs: {} })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it.each<[JsonObject, RegExp]>([
    [{ view: 'picture' }, /option view of gymnasium is observation, rendering, both/],
    [{ actions: [1] }, /actions\[0\] of gymnasium is a name/],
    [{ tasks: ['a'] }, /tasks\[0\] of gymnasium is an object/],
  ])('have options that are checked: %j', async (options, message) => {
    await expect(openWorld(gymnasiumEnvironment(), options)).rejects.toThrow(message)
  })
})
