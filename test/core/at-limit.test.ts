import { describe, expect, it } from 'vitest'
import { checkEnvironment } from '../../core/check/environment.ts'
import { isPromise } from '../../core/data/maybe-promise.ts'
import { problem } from '../../core/episode/action.ts'
import { defineEnvironment } from '../../core/episode/environment.ts'
import { replayMoves } from '../../core/episode/fork.ts'
import { startEpisode } from '../../core/episode/start.ts'
import { openWorld } from '../../core/episode/world.ts'
import { hookSet } from '../../core/reward/hook.ts'
import { runEpisode } from '../../core/rollout/rollout.ts'
import { readRun } from '../../records/reader.ts'
import { createRun } from '../../records/recorder.ts'
import { replayRun } from '../../records/replay.ts'
import { started } from '../support/core-worlds.ts'
import { newFolder } from '../support/folder.ts'
import { tokenEvidence } from '../support/reward-samples.ts'

/** Adds numbers; 7 ends it. At the limit the sum is weighed outside, once. */
const scales = (weigh: (sum: number) => number) =>
  defineEnvironment({
    id: 'scales@1',
    maxSteps: 3,
    kind: 'async',
    action: (raw) => (typeof raw === 'number' ? raw : problem('a number')),
    reset: () => ({ sum: 0, weight: null as number | null }),
    step: ({ sum }, action) => ({ state: { sum: sum + action, weight: null }, reward: 1, terminated: action === 7 }),
    atLimit: async (state, { effect }) => ({
      ...state,
      weight: await effect('weigh', state.sum, () => weigh(state.sum)),
    }),
    observe: { text: ({ sum, weight }) => `${sum} ${weight}` },
    examples: [1],
  })

const play = async (actions: readonly unknown[], limits = {}) => {
  const weighed: number[] = []
  const episode = await started(
    scales((sum) => weighed.push(sum)),
    limits,
  )
  const taken = []
  for (const action of actions) taken.push(await episode.step(action))
  return { episode, weighed, last: taken.at(-1) }
}

describe('what an environment does at its limit of steps', () => {
  it('is done once, in the step that reaches it, with effects of that step', async () => {
    const { episode, weighed, last } = await play([1, 2, 3])
    expect([weighed, episode.text(), episode.ending]).toEqual([[6], '6 1', 'truncated'])
    expect(last).toMatchObject({ reward: 1, truncated: true, effects: [{ name: 'weigh', input: 6, output: 1 }] })
  })

  it('is done also where the last action could not be read, and where a caller set the limit', async () => {
    const { episode, weighed, last } = await play([1, 'x'], { maxSteps: 2 })
    expect([weighed, episode.text()]).toEqual([[1], '1 1'])
    expect(last).toMatchObject({ isActionValid: false, reward: 0, truncated: true, info: { problem: 'a number' } })
  })

  it('is not done where the last step ends the episode by the rules', async () => {
    const { weighed, episode } = await play([1, 2, 7])
    expect([weighed, episode.ending]).toEqual([[], 'terminated'])
  })

  it('is read from the tape when it is replayed', async () => {
    const { last, episode } = await play([1, 'x'], { maxSteps: 2 })
    const { world, settings } = episode
    const effects = [[], [], last?.effects ?? []]
    const moves = [{ action: 1, forkPath: '', effects: [] }, last ?? { action: 1, forkPath: '', effects: [] }]
    const twin = await replayMoves(world, settings, moves, (index) => ({
      kind: 'read',
      recorded: effects[index + 1] ?? [],
    }))
    expect(twin.text()).toBe('1 1')
  })

  it('is done at a limit of tokens, whose step is known to be the last, and replayed from a record', async () => {
    const environment = scales((sum) => sum)
    const world = await openWorld(environment)
    const agent = { name: 'adder', act: () => ({ action: 2, evidence: tokenEvidence([-1, -1]) }) }
    const folder = newFolder()
    const log = createRun(folder, { world, agent: 'adder', hooks: hookSet([]), seed: 1, runKey: 'key' })
    const settings = { agent, hooks: hookSet([]), log, trajectoryId: 't', limits: { tokens: 3 } }
    const ended = await runEpisode(await startEpisode(world, { task: world.tasks.at('train', 0), seed: 1 }), settings)
    log.close()
    expect([ended.ending, ended.endingReason, ended.steps.map(({ truncated }) => truncated)]).toEqual([
      'truncated',
      'tokens',
      [false, true],
    ])
    expect(ended.steps[1]).toMatchObject({ nextObservation: '4 4', effects: [{ name: 'weigh', input: 4, output: 4 }] })
    const replayed = []
    for await (const { divergence } of replayRun(world, readRun(folder))) replayed.push(divergence)
    expect(replayed).toEqual([null])
  })

  it('makes no promise in a synchronous environment, and keeps the contract', async () => {
    const counting = defineEnvironment({
      id: 'counting@1',
      maxSteps: 2,
      action: (raw) => (raw === 1 ? 1 : problem('1')),
      reset: () => ({ count: 0 }),
      step: ({ count }) => ({ state: { count: count + 1 }, reward: 0, terminated: false }),
      atLimit: ({ count }) => ({ count: count + 100 }),
      observe: { text: ({ count }) => `${count}` },
      examples: [1],
    })
    const episode = await started(counting)
    expect([isPromise(episode.step(1)), isPromise(episode.step(1)), episode.text()]).toEqual([false, false, '102'])
    for await (const { status } of checkEnvironment(counting)) expect(status).not.toBe('failed')
  })

  it('aborts the episode where it throws', async () => {
    const episode = await started(
      scales(() => {
        throw new Error('the scales broke')
      }),
      { maxSteps: 1 },
    )
    await expect(episode.step(1)).rejects.toMatchObject({ code: 'EFFECT_FAILED' })
    expect(episode.ending).toBe('aborted')
  })
})
