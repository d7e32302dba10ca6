import { cpSync, readFileSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { defineEnvironment } from '../../core/episode/environment.ts'
import { fork } from '../../core/episode/fork.ts'
import { startEpisode } from '../../core/episode/start.ts'
import { openWorld, type World } from '../../core/episode/world.ts'
import { rolloutGroup } from '../../core/rollout/group.ts'
import { runEpisode } from '../../core/rollout/rollout.ts'
import guessNumber from '../../envs/guess-number.ts'
import { describeDivergence } from '../../records/divergence.ts'
import { readRun } from '../../records/reader.ts'
import { createRun } from '../../records/recorder.ts'
import { type Replayed, type ReplayOptions, replayRun } from '../../records/replay.ts'
import { newFolder } from '../support/folder.ts'
import { forge } from '../support/sealed-lines.ts'
import { ALL_HOOKS, NO_HOOKS, openWalk, outside, segmentOf, setupOf, walk, wanderer } from './scene.ts'

const world = await openWalk()
const task = world.tasks.byId('short')

beforeEach(() => {
  outside.answer = 'sunny'
})

async function replayed(world: World, folder: string, options: ReplayOptions = {}): Promise<readonly Replayed[]> {
  const all: Replayed[] = []
  for await (const one of replayRun(world, readRun(folder), options)) all.push(one)
  return all
}

/** A group of three, one trajectory for itself and one that a crash cut short. */
async function recorded(): Promise<string> {
  const folder = newFolder()
  const log = createRun(folder, setupOf(world))
  await rolloutGroup(
    world,
    { task, seed: 3 },
    { groupId: 'g', size: 3, agent: wanderer, hooks: ALL_HOOKS, runKey: 'key', log },
  )
  const settings = { agent: wanderer, hooks: NO_HOOKS, log }
  await runEpisode(await startEpisode(world, { task, seed: 1 }), { ...settings, trajectoryId: 'alone' })
  const crash = { ...log, stepTaken: log.stepTaken.bind(log), episodeStarted: log.episodeStarted.bind(log) }
  const cut = { ...crash, episodeEnded() {}, rewardsArrived() {}, groupClosed() {} }
  await runEpisode(await startEpisode(world, { task, seed: 2, maxSteps: 3 }), {
    ...settings,
    log: cut,
    trajectoryId: 'cut',
  })
  log.close()
  return folder
}
const source = await recorded()

/** The run with one line forged: the first that the pattern fits. */
function tampered(pattern: RegExp, replacement: string, folder = source): string {
  const copy = newFolder()
  cpSync(folder, copy, { recursive: true })
  forge(copy, (text) => {
    const changed = text.replace(pattern, replacement)
    expect(changed).not.toBe(text)
    return changed
  })
  return copy
}

describe('replay', () => {
  it('finds every trajectory as it was recorded, without asking the world outside', async () => {
    const asked = outside.asked
    outside.answer = 'rainy'
    const all = await replayed(world, source)
    expect(all.map(({ trajectoryId }) => trajectoryId).sort()).toEqual(['alone', 'cut', 'g.0', 'g.1', 'g.2'])
    expect(all.map(({ divergence }) => divergence)).toEqual([null, null, null, null, null])
    const steps = [...readRun(source).trajectories()].map(({ trajectory }) => trajectory.steps.length)
    expect(all.map((each) => each.steps)).toEqual(steps)
    expect(outside.asked).toBe(asked)
  })

  it('asks the world outside again if it is live, and finds the answer that is another', async () => {
    expect((await replayed(world, source, { live: true })).every(({ divergence }) => divergence === null)).toBe(true)
    outside.answer = 'rainy'
    const [first] = await replayed(world, source, { live: true })
    expect(first?.divergence).toMatchObject({ index: null, what: 'effects', got: expect.stringContaining('rainy') })
  })

  it.each([
    ['observation', /"nextObservation":"at 0, sunny"/, '"nextObservation":"at 0, foggy"', '"at 0, foggy"'],
    ['reward', /"rewards":\[\{"name":"env","value":0.25\}/, '"rewards":[{"name":"env","value":0.26}', '0.26'],
    [
      'reward',
      /"rewards":\[\{"name":"env","value":null,"reason":"not-judged"\}/,
      '"rewards":[{"name":"env","value":0}',
      '0',
    ],
    ['info', /"info":\{"why":"idle"\}/, '"info":{"why":"tired"}', '{"why":"tired"}'],
    ['validity', /"isActionValid":false,/, '', 'true'],
    ['anchors', /"place":"place 1"/, '"place":"place 2"', 'place 2'],
    ['ending', /"info":\{"at":1\}/, '"info":{"at":1},"truncated":true', '"truncated"'],
    ['effects', /"name":"weather","input":"right"/, '"name":"weather","input":"up"', '"up"'],
    ['observation', /"output":"sunny"/, '"output":"rainy"', 'sunny'],
    ['stateTag', /"startTag":"[0-9a-f]+"/, '"startTag":"0"', '"0"'],
    ['task', /"taskId":"short"/, '"taskId":"shorter"', 'null'],
  ])('reports the first divergence: %s', async (what, pattern, replacement, expected) => {
    const all = await replayed(world, tampered(pattern, replacement))
    const [found] = all.flatMap(({ divergence }) => divergence ?? [])
    if (!found) throw new Error('nothing diverged')
    expect(found.what).toBe(what)
    expect(JSON.stringify(found.expected ?? null)).toContain(expected)
    expect(describeDivergence(found)).toContain(`trajectory ${found.trajectoryId}`)
  })

  it('names the step, what was recorded and what is', async () => {
    const [line] = readFileSync(segmentOf(source), 'utf8')
      .split('\n')
      .filter((text) => text.includes('"trajectoryId":"alone","index":2'))
    const { nextObservation = '' } = JSON.parse(line ?? '{}')
    const copy = tampered(/("trajectoryId":"alone","index":2,.*"nextObservation":")[^"]*/, '$1elsewhere')
    const alone = (await replayed(world, copy)).find(({ trajectoryId }) => trajectoryId === 'alone')
    expect(alone).toEqual({
      ...{ trajectoryId: 'alone', steps: 2 },
      divergence: { trajectoryId: 'alone', index: 2, what: 'observation', expected: 'elsewhere', got: nextObservation },
    })
  })

  it('finds what the environment does otherwise since', async () => {
    const folder = newFolder()
    const log = createRun(folder, setupOf(world))
    const episode = await startEpisode(world, { task, seed: 5 })
    await runEpisode(episode, { trajectoryId: 't', agent: wanderer, hooks: NO_HOOKS, log })
    log.close()
    const kinder = { ...world, environment: { ...walk, step: kindStep } }
    const [first] = await replayed(kinder, folder)
    expect(first?.divergence?.what).toBe('reward')
    const broken = { ...world, environment: { ...walk, step: brokenStep } }
    expect((await replayed(broken, folder))[0]?.divergence).toMatchObject({
      what: 'ending',
      got: expect.stringMatching(/^ENV_FAILED: step 0: .*: broken$/),
    })
  })

  it('plays the shared past of forks, forks of forks and common futures, each with its own random stream', async () => {
    const folder = newFolder()
    const log = createRun(folder, setupOf(world))
    const parent = await startEpisode(world, { task, seed: 8, maxSteps: 4 })
    await parent.step('right')
    const child = await fork(parent)
    await child.step('left')
    const grandchild = await fork(child, { rng: 'common', number: 2 })
    const longer = await fork(parent)
    for (const [trajectoryId, episode] of Object.entries({ parent, child, grandchild, longer }))
      await runEpisode(episode, { trajectoryId, agent: wanderer, hooks: NO_HOOKS, log })
    log.close()
    const all = await replayed(world, folder)
    expect(all.map(({ divergence }) => divergence)).toEqual([null, null, null, null])
    const paths = [...readRun(folder).trajectories()].map(({ start }) => start.forkPath)
    expect(paths).toEqual(['', '0', '0/c2.2', '1'])
    const copies = await replayed(world, tampered(/"forkPath":"0\/c2\.2"/, '"forkPath":"0/c2.3"', folder))
    expect(copies.map(({ divergence }) => divergence?.what)).toEqual([undefined, undefined, 'observation', undefined])
  })

  it('takes as recorded the limits that only the caller knows', async () => {
    const folder = newFolder()
    const log = createRun(folder, setupOf(world))
    const settings = { agent: wanderer, hooks: NO_HOOKS, log }
    const episode = (): ReturnType<typeof startEpisode> => startEpisode(world, { task, seed: 9 })
    await runEpisode(await episode(), { ...settings, trajectoryId: 'tokens', limits: { tokens: 1 } })
    const slow = { name: 'slow', act: () => new Promise<never>(() => {}) }
    await runEpisode(await episode(), { ...settings, agent: slow, trajectoryId: 'slow', limits: { agentMs: 1 } })
    log.close()
    const [tokens, slept] = [...readRun(folder).trajectories()].map(({ trajectory }) => trajectory)
    expect([tokens?.ending, tokens?.endingReason, slept?.endingReason]).toEqual(['truncated', 'tokens', 'agentMs'])
    expect((await replayed(world, folder)).map(({ divergence }) => divergence)).toEqual([null, null])
    const early = /("trajectoryId":"tokens","index":0,.*?"rewards":\[[^\]]*\])/
    const [sooner] = await replayed(world, tampered(early, '$1,"truncated":true', folder))
    expect(sooner?.divergence).toMatchObject({ what: 'ending', index: 0, expected: 'truncated', got: null })
    const [wrong] = await replayed(world, tampered(/"endingReason":"tokens"/, '"endingReason":"maxSteps"', folder))
    expect(wrong?.divergence).toMatchObject({ what: 'ending', index: 1 })
  })

  it('plays aborted trajectories as far as they came', async () => {
    const folder = newFolder()
    const log = createRun(folder, setupOf(world))
    let left = 3
    const moody = {
      ...wanderer,
      act: (context: Parameters<typeof wanderer.act>[0]) => (left-- ? wanderer.act(context) : fail()),
    }
    const episode = await startEpisode(world, { task, seed: 1 })
    const { ending } = await runEpisode(episode, { trajectoryId: 't', agent: moody, hooks: NO_HOOKS, log })
    log.close()
    expect(ending).toBe('aborted')
    expect(await replayed(world, folder)).toEqual([{ trajectoryId: 't', steps: 3, divergence: null }])
  })

  it('refuses a world that is not the run’s, and says what differs', async () => {
    const other = await openWorld(guessNumber)
    await expect(replayed(other, source)).rejects.toMatchObject({ code: 'RECORD_FOREIGN' })
    await expect(replayed(other, source)).rejects.toThrow(/in walk@1, and this is guess-number@1/)
    await expect(replayed(await openWalk({ goal: 5 }), source)).rejects.toThrow(/another goal/)
  })

  it('closes what it opened of a driven environment, diverged or not, and opens nothing to read', async () => {
    const driven = await openWorld(lamp)
    const folder = newFolder()
    const log = createRun(folder, setupOf(driven))
    const episode = await startEpisode(driven, { task: driven.tasks.at('train', 0), seed: 1 })
    await runEpisode(episode, {
      trajectoryId: 't',
      agent: { name: 'a', act: () => ({ action: 'x' }) },
      hooks: NO_HOOKS,
      log,
    })
    await episode.close()
    log.close()
    lamps.opened = 0
    lamps.closed = 0
    expect((await replayed(driven, folder))[0]?.divergence).toBeNull()
    expect(lamps).toMatchObject({ opened: 0, closed: 0 })
    expect((await replayed(driven, folder, { live: true }))[0]?.divergence).toBeNull()
    lamps.flash = 'dark'
    expect((await replayed(driven, folder, { live: true }))[0]?.divergence).toMatchObject({ what: 'effects', index: 0 })
    expect(lamps).toMatchObject({ opened: 2, closed: 2 })
  })
})

const fail = (): never => {
  throw new Error('moody')
}
const kindStep: typeof walk.step = (state, action, context) => {
  const next = walk.step(state, action, context)
  return 'state' in next ? { ...next, reward: 1 } : next
}
const brokenStep: typeof walk.step = () => {
  throw new Error('broken')
}

const lamps = { opened: 0, closed: 0, flash: 'bright' }
const lamp = defineEnvironment({
  id: 'lamp@1',
  kind: 'async',
  maxSteps: 2,
  action: (raw) => String(raw),
  open: () => {
    lamps.opened++
    return { flash: () => lamps.flash }
  },
  close: () => {
    lamps.closed++
  },
  reset: async () => ({ light: 'off' }),
  step: async (_, action, { effect, live }) => ({
    state: { light: await effect('flash', action, () => live.flash()) },
    reward: 0,
    terminated: false,
  }),
  observe: { text: ({ light }) => light },
})
