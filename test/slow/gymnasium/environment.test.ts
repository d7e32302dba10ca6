import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { checkEnvironment } from '../../../core/check/environment.ts'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import { fork } from '../../../core/episode/fork.ts'
import { startEpisode } from '../../../core/episode/start.ts'
import { openWorld, type World, withSoftware } from '../../../core/episode/world.ts'
import { readGymnasiumEntries } from '../../../envs/gymnasium/entries.ts'
import { gymnasiumEnvironment } from '../../../envs/gymnasium/environment.ts'
import { readRun } from '../../../records/index.ts'
import { failureOf } from '../../envs/gymnasium/failure.ts'
import { run, runJson } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'
import { hasPython } from '../python.ts'
import { peerNamed, pythonOf } from '../python-client/peers.ts'

/** A Python that finds no installed package, whatever is installed. */
const BARE_PYTHON = join(newFolder(), 'python')
writeFileSync(BARE_PYTHON, '#!/bin/sh\nexec python3 -S -E "$@"\n', { mode: 0o755 })

const WORLDS = { module: 'worlds', cwd: import.meta.dirname }
const folder = newFolder()
let python = ''

beforeAll(async () => {
  if (hasPython()) python = await pythonOf(peerNamed('gymnasium'))
}, 300_000)

function environmentOf(entry: JsonObject) {
  return gymnasiumEnvironment(readGymnasiumEntries({ e: { python, ...entry } }))
}

const opened = (entry: JsonObject, options: JsonObject = {}): Promise<World> =>
  openWorld(environmentOf(entry), { environment: 'e', ...options })

const episodeIn = (world: World, seed = 1) => startEpisode(world, { task: world.tasks.at('train', 0), seed })

const findingsOf = async (world: World) => (await withSoftware(world)).software?.gymnasium

const played = async (name: string, entry: JsonObject, ...flags: readonly string[]) => {
  const servers = JSON.stringify({ e: { python, ...entry } })
  const env = ['--env', 'gymnasium', '--set', 'environment=e', '--environment-servers', servers, '--out', name]
  return runJson(['rollout', ...env, ...flags], { folder })
}

describe.runIf(hasPython())("environments of Gymnasium's own", () => {
  it('FrozenLake is played in groups, recorded, replayed without Python, and credited', async () => {
    const entry = { gymnasium: 'FrozenLake-v1' }
    const agent = ['--agent', 'random', '--groups', '2', '--group-size', '3', '--set', 'view=both', '--hook', 'success']
    const names = ['--set', 'actions=["left","down","right","up"]']
    const { code, json } = await played('lake', entry, ...agent, ...names)
    expect([code, json.error]).toEqual([0, undefined])
    expect(readRun(`${folder}/lake`).manifest.software).toEqual({
      gymnasium: {
        environment: 'e',
        id: 'FrozenLake-v1',
        version: '1.4.0',
        python: expect.stringMatching(/^3\./),
        fork: 'replay',
      },
    })
    for (const { trajectory } of readRun(`${folder}/lake`).trajectories()) {
      expect(trajectory.steps[0]?.observation).toBe('\n[S]FFF\nFHFH\nFFFH\nHFFG\n\n0')
      expect(['left', 'down', 'right', 'up']).toContain(trajectory.steps[0]?.action)
    }
    expect((await runJson(['replay', 'lake'], { folder })).json).toMatchObject({ episodes: 6, divergences: 0 })
    expect((await runJson(['credit', 'lake', '--estimator', 'grpo,gigpo'], { folder })).json.steps).toBeGreaterThan(5)
  })

  it('FrozenLake is played, credited and replayed by the commands of the page', async () => {
    const page = readFileSync(new URL('../../../docs/gymnasium-environments.md', import.meta.url), 'utf8')
    const [, servers = ''] = /```json\n(.*?)```/s.exec(page) ?? []
    const [, commands = ''] = /```sh\n(.*?)```/s.exec(page) ?? []
    const place = newFolder()
    writeFileSync(join(place, 'environments.json'), servers.replace('venv/bin/python', python))
    const lines = commands.replaceAll('\\\n', ' ').trim().split('\n')
    expect(lines.map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
      'npx stepgym rollout',
      'npx stepgym credit',
      'npx stepgym replay',
    ])
    for (const line of lines) {
      const words = (line.match(/'[^']*'|\S+/g) ?? []).slice(2).map((word) => word.replaceAll("'", ''))
      const { code, err } = await run(words, { folder: place })
      expect([line, code, code === 0 ? '' : err]).toEqual([line, 0, ''])
    }
    const [{ trajectory } = { trajectory: null }] = readRun(join(place, 'runs/lake')).trajectories()
    expect(trajectory?.steps[0]?.observation).toBe('\n[S]FFF\nFHFH\nFFFH\nHFFG\n')
  })

  it('FrozenLake slips differently in each fork, and never where it is not slippery', async () => {
    const placesAfter = async (isSlippery: boolean, options: JsonObject = {}) => {
      const world = await opened({ gymnasium: 'FrozenLake-v1', kwargs: { is_slippery: isSlippery } }, options)
      const episode = await episodeIn(world)
      const forks = await Promise.all(Array.from({ length: 12 }, () => fork(episode)))
      for (const each of forks) await each.step(1)
      const places = new Set(forks.map((each) => each.text()))
      for (const each of [episode, ...forks]) await each.close()
      return [...places].sort()
    }
    expect(await placesAfter(true)).toEqual(['0', '1', '4'])
    expect(await placesAfter(false)).toEqual(['4'])
    expect(await placesAfter(true, { stepSeeds: false })).toHaveLength(1)
  })

  it('CartPole has the numbers of Gymnasium itself, ends by its rules and by its limit', async () => {
    const world = await opened({ gymnasium: 'CartPole-v1', kwargs: { max_episode_steps: 5 } }, { stepSeeds: false })
    expect(world.tasks.at('train', 0).public).toMatchObject({ action: { type: 'integer', minimum: 0, maximum: 1 } })
    const episode = await episodeIn(world)
    const numbers: unknown = JSON.parse(episode.text())
    expect(numbers).toEqual([expect.any(Number), expect.any(Number), expect.any(Number), expect.any(Number)])
    // Single precision, in its shortest digits.
    expect(episode.text()).toMatch(/^\[-?0\.0\d{5,9},/)
    while (episode.ending === null) await episode.step(episode.index % 2)
    expect([episode.ending, episode.index]).toEqual(['truncated', 5])
    await episode.close()
    const free = await episodeIn(await opened({ gymnasium: 'CartPole-v1' }))
    while (free.ending === null) expect((await free.step('1')).reward).toBe(1)
    expect(free.ending).toBe('terminated')
    await free.close()
  })

  it('Blackjack is dealt from the step where it is drawn: forks stand on the same hand and draw their own cards', async () => {
    const world = await opened({ gymnasium: 'Blackjack-v1' })
    const episode = await episodeIn(world, 5)
    const forks = await Promise.all(Array.from({ length: 10 }, () => fork(episode)))
    expect(new Set(forks.map((each) => each.text()))).toEqual(new Set([episode.text()]))
    for (const each of forks) await each.step(1)
    expect(new Set(forks.map((each) => each.text())).size).toBeGreaterThan(2)
    for (const each of [episode, ...forks]) await each.close()
  })

  it('Taxi lists the actions that its mask admits', async () => {
    const episode = await episodeIn(await opened({ gymnasium: 'Taxi-v4' }, { view: 'rendering' }))
    const listed = episode.actions() ?? []
    expect(listed.length).toBeGreaterThan(0)
    expect(listed.length).toBeLessThan(6)
    expect(episode.text()).toContain('+---------+')
    await episode.close()
  })

  it.each(['FrozenLake-v1', 'Blackjack-v1', 'CartPole-v1'])('%s keeps the contract of environments', async (id) => {
    const failed: Json[] = []
    for await (const { status, rule, detail } of checkEnvironment(environmentOf({ gymnasium: id }), {
      environment: 'e',
    }))
      if (status === 'failed') failed.push([rule, detail])
    expect(failed).toEqual([])
  })

  it('FrozenLake is forked in a run of shared prefixes', async () => {
    const { code, json } = await played(
      'tree',
      { gymnasium: 'FrozenLake-v1' },
      '--agent',
      'random',
      ...['--sampling', 'prefix', '--k', '2', '--groups', '1'],
    )
    expect([code, json.error]).toEqual([0, undefined])
    const forked = Array.from(readRun(`${folder}/tree`).trajectories()).filter(({ start }) => start.past.length > 0)
    expect(forked.length).toBeGreaterThan(0)
  })
})

describe.runIf(hasPython())('environments of a module', () => {
  it('take and show texts, the options of a task, and the fields of info that were chosen', async () => {
    const tasks: readonly Json[] = [{ id: 'long', reset: { word: 'abc' } }]
    const world = await opened({ ...WORLDS, gymnasium: 'Words-v0' }, { tasks, info: ['letters'], grades: ['letters'] })
    const episode = await episodeIn(world)
    expect([episode.text(), episode.actions()]).toEqual(['say a word longer than: abc', null])
    expect(await episode.step('abcd')).toMatchObject({ reward: 1, info: { letters: 4 } })
    expect(episode.grades()).toEqual({ letters: 4 })
    expect(await episode.step('not 1 word')).toMatchObject({ reward: null, isActionValid: false })
    expect(episode.text()).toMatch(/^the action is not a text of 1 to 12 of the characters "abc.*\nlonger than: abcd$/)
    await episode.step('a')
    expect(episode.ending).toBe('terminated')
    await episode.close()
  })

  const ACTION = {
    box: [
      [0.1, -1],
      [1, 0],
    ],
    bits: [0, 1, 1],
    bytes: [0, 255],
    counts: [1, 7],
    direction: -1,
    list: [3, 0],
    one: [1, 'word'],
    pair: [1, 'word'],
  }

  it('have every kind of space: described, read, and shown again', async () => {
    const world = await opened({ ...WORLDS, gymnasium: 'Shapes-v0' })
    const { action } = world.tasks.at('train', 0).public as { readonly action: JsonObject }
    expect(action).toMatchObject({
      type: 'object',
      additionalProperties: false,
      properties: {
        box: {
          type: 'array',
          minItems: 2,
          items: { type: 'array', items: { type: 'number', minimum: -1, maximum: 1 } },
        },
        bits: { type: 'array', items: { enum: [0, 1] } },
        bytes: { items: { type: 'integer', minimum: 0, maximum: 255 } },
        counts: {
          prefixItems: [
            { minimum: 0, maximum: 1 },
            { minimum: 5, maximum: 7 },
          ],
        },
        direction: { type: 'integer', minimum: -1, maximum: 1 },
        list: { type: 'array', items: { type: 'integer', maximum: 3 } },
        one: { oneOf: [{ prefixItems: [{ const: 0 }, { type: 'integer' }] }, {}] },
        pair: { prefixItems: [{ type: 'integer' }, { type: 'string', maxLength: 12 }] },
      },
    })
    const episode = await episodeIn(world)
    expect(JSON.parse(episode.text())).toEqual({ action: {}, odd: ['NaN', 'Infinity', '-Infinity'] })
    expect((await episode.step(ACTION)).reward).toBe(0.1)
    expect(JSON.parse(episode.text())).toEqual({ action: ACTION, odd: 0.1 })
    expect((await episode.step(JSON.stringify(ACTION))).isActionValid).toBe(true)
    await episode.close()
  })

  let opening: Promise<World> | null = null
  const shapes = (): Promise<World> => {
    opening ??= opened({ ...WORLDS, gymnasium: 'Shapes-v0' })
    return opening
  }

  it.each<[string, JsonObject]>([
    [
      'a number beyond its bound',
      {
        box: [
          [2, 0],
          [0, 0],
        ],
      },
    ],
    ['an array of another shape', { box: [0, 0] }],
    ['a ragged array', { box: [[0], [0, 0]] }],
    [
      'a text in an array',
      {
        box: [
          ['0', 0],
          [0, 0],
        ],
      },
    ],
    ['a byte of 256', { bytes: [0, 256] }],
    ['half a byte', { bytes: [0, 0.5] }],
    ['a flag for a number', { direction: true }],
    ['2^80', { direction: 2 ** 80 }],
    ['a bit of 2', { bits: [0, 1, 2] }],
    ['a choice that is none', { one: [2, 'word'] }],
    ['a pair of three', { pair: [1, 'word', 1] }],
    ['a list that is none', { list: { length: 2 } }],
    ['another field', { more: 1 }],
    ['null', { pair: null }],
  ])('refuse an action with %s, and continue', async (_, change) => {
    const episode = await episodeIn(await shapes())
    const { isActionValid, info } = await episode.step({ ...ACTION, ...change })
    expect([isActionValid, info.problem]).toEqual([
      false,
      expect.stringMatching(/^the action (is not|has the fields) /),
    ])
    expect((await episode.step(ACTION)).isActionValid).toBe(true)
    await episode.close()
  })

  it.each(['own', 'held', 'random', 'numpy'])(
    'that draw from generators (%s) are repeatable, and forks draw differently',
    async (source) => {
      const world = await opened({ ...WORLDS, gymnasium: 'Luck-v0', kwargs: { source } })
      expect(world.environment.fork).toBe('replay')
      const episode = await episodeIn(world)
      await episode.step(0)
      const [one, other] = [await fork(episode), await fork(episode)]
      expect([one.text(), other.text()]).toEqual([episode.text(), episode.text()])
      await Promise.all([one.step(0), other.step(0)])
      expect(one.text()).not.toBe(other.text())
      for (const each of [episode, one, other]) await each.close()
    },
  )

  it('that draw from the system are not forked, and the record says so', async () => {
    const world = await opened({ ...WORLDS, gymnasium: 'Luck-v0', kwargs: { source: 'system' } })
    expect(await findingsOf(world)).toMatchObject({
      fork: 'none',
      reason: 'step 0 differs after two resets with one seed',
    })
    const episode = await episodeIn(world)
    expect(() => fork(episode)).toThrow(expect.objectContaining({ code: 'FORK_UNSUPPORTED' }))
    await episode.close()
  })

  it('leave fields of info that were not chosen out of records', async () => {
    const agent = ['--agent', 'scripted:actions=["abcd","a"]', '--groups', '1', '--group-size', '1']
    expect((await played('words', { ...WORLDS, gymnasium: 'Words-v0' }, ...agent)).code).toBe(0)
    const [{ trajectory } = { trajectory: null }] = readRun(`${folder}/words`).trajectories()
    expect(trajectory?.ending).toBe('terminated')
    const files = readdirSync(`${folder}/words`, { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    )
    const written = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'))
    expect(written.join('')).toContain('longer than: abcd')
    expect(written.join('')).not.toContain('hidden')
  })

  it.each<[string, string]>([
    ['hang', 'it did not answer within 1000 ms'],
    ['spin', 'it did not answer within 1000 ms'],
    ['crash', 'it ended (SIGSEGV)'],
    ['leave', 'the environment failed: SystemExit: 0'],
    ['break_down', 'the environment failed: ValueError: it broke'],
    ['grow', 'TooLarge: it has more than 20000 numbers'],
    ['nothing', 'TypeError: a value of type object has no JSON'],
    ['read', 'EOFError'],
  ])('that %s abort their episode with the reason, and others continue', async (kind, reason) => {
    const world = await opened(
      { ...WORLDS, gymnasium: 'Trouble-v0', kwargs: { kind } },
      { callMs: 1000, startMs: 5000 },
    )
    const [bad, good] = [await episodeIn(world, 1), await episodeIn(world, 2)]
    const { code, why } = await failureOf(() => bad.step(1))
    expect([code, why, bad.ending]).toEqual(['EFFECT_FAILED', expect.stringContaining(reason), 'aborted'])
    expect((await good.step(0)).reward).toBe(1)
    await Promise.all([bad.close(), good.close()])
  })

  it.each([
    ['write', 1],
    ['nan', null],
  ])('that print on standard output or have no reward (%s) continue', async (kind, reward) => {
    const episode = await episodeIn(await opened({ ...WORLDS, gymnasium: 'Trouble-v0', kwargs: { kind } }))
    expect((await episode.step(1)).reward).toBe(reward)
    expect((await episode.step(0)).reward).toBe(1)
    await episode.close()
  })

  it.each<[string, JsonObject, RegExp]>([
    ['an id that does not exist', { gymnasium: 'Nowhere-v0' }, /NameNotFound|Nowhere/],
    [
      'a module that does not exist',
      { gymnasium: 'Words-v0', module: 'nowhere' },
      /No module named 'nowhere'.*field `module`/,
    ],
    ['a Python without Gymnasium', { gymnasium: 'Words-v0', python: BARE_PYTHON }, /pip install gymnasium/],
  ])('with %s say what to do', async (_, entry, message) => {
    const world = await opened(entry)
    expect((await failureOf(() => episodeIn(world))).why).toMatch(message)
  })
})
