import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineEnvironment } from '../../core/episode/environment.ts'
import { openWorld, type World } from '../../core/episode/world.ts'
import { defineRewardHook, hookSet } from '../../core/reward/hook.ts'
import type { Agent } from '../../core/rollout/agent.ts'
import type { RunSetup } from '../../records/manifest.ts'

export const NO_HOOKS = hookSet([])

/** The outside world of `walk`: what is asked of it, and what it answers. */
export const outside = { asked: 0, answer: 'sunny' }

/**
 * A walk along a line to +3. It has what a record must hold: random draws, an outside world, measures, info, anchors of
 * its own, actions that cannot be read and actions that do nothing.
 */
export const walk = defineEnvironment({
  id: 'walk@1',
  maxSteps: 6,
  options: { goal: 3 },
  action: (raw) => (raw === 'left' || raw === 'right' || raw === 'wait' ? raw : { unread: raw }),
  tasks: () => ({ train: [{ id: 'short', public: 'walk' }], test: [{ id: 'long' }] }),
  reset: ({ rng, effect, task }) => {
    const weather = ask(effect('weather', task.id, () => outsideAnswer()))
    return { at: rng.int(-1, 0), weather, told: 'go' }
  },
  step(state, action, { rng, effect }) {
    if (typeof action !== 'string') return { state, reward: null, terminated: false, isActionValid: false }
    if (action === 'wait')
      return { state, reward: null, terminated: false, isActionValid: false, info: { why: 'idle' } }
    const weather = ask(effect('weather', action, () => outsideAnswer()))
    const at = state.at + (action === 'right' ? 1 : -1) * (rng.float() < 0.8 ? 1 : 0)
    return { state: { at, weather, told: action }, reward: at / 4, terminated: at >= 3, info: { at } }
  },
  observe: { text: ({ at, weather }) => `at ${at}, ${weather}` },
  anchors: { place: ({ at }) => `place ${at}` },
  grades: ({ at }) => ({ distance: 3 - at }),
})

function outsideAnswer(): string {
  outside.asked++
  return outside.answer
}

/** The environment is synchronous, and so is its outside world. */
const ask = (answer: string | Promise<string>): string => String(answer)

export const openWalk = (options = {}): Promise<World> => openWorld(walk, options)

/** Chooses at random, and sometimes sends an action that cannot be read. */
export const wanderer: Agent = {
  name: 'wanderer',
  act: ({ rng, history }) => ({
    action: rng.choice(['right', 'right', 'right', 'left', 'wait', { no: 'action' }]),
    evidence: {
      kind: 'token',
      policyId: 'p',
      policyVersion: '1',
      temperature: 1,
      topP: 1,
      promptTokenIds: [1, 2, ...history.flatMap((_, i) => [10 + i, 20 + i])],
      actionTokenIds: [10 + history.length],
      logProbs: [-0.5],
      finishReason: 'stop',
    },
  }),
}

export const stepCost = defineRewardHook({ name: 'step-cost', version: 2, scope: 'turn', reward: () => -0.1 })
export const progress = defineRewardHook({
  name: 'progress',
  version: 1,
  scope: 'turn',
  reward: (_, { grades, gradesBefore }) => (gradesBefore().distance ?? 0) - (grades().distance ?? 0),
})
export const closeness = defineRewardHook({
  name: 'closeness',
  version: 1,
  scope: 'outcome',
  reward: (_, { grades }) => 1 - (grades().distance ?? 0),
})
export const position = defineRewardHook({
  name: 'position',
  version: 1,
  scope: 'process',
  maxBatch: 4,
  reward: (steps) => ({ perStep: steps.map(({ index }) => index), perToken: steps.map(() => [0.5]) }),
})
export const rank = defineRewardHook({
  name: 'rank',
  version: 1,
  scope: 'group',
  reward: ({ trajectories }) => ({ perTrajectory: trajectories.map((_, i) => i) }),
})
export const ALL_HOOKS = hookSet([stepCost, progress, closeness, position, rank])

export const setupOf = (world: World, hooks = ALL_HOOKS): RunSetup => ({
  world,
  agent: wanderer.name,
  hooks,
  seed: '18446744073709551615',
  runKey: 'key',
})

export const segmentOf = (folder: string, number = 0): string =>
  join(folder, 'segments', `${String(number).padStart(6, '0')}.jsonl`)

export const linesOf = (folder: string, number = 0): readonly string[] =>
  readFileSync(segmentOf(folder, number), 'utf8').split('\n').slice(0, -1)

export const tear = (folder: string, text: string): void => appendFileSync(segmentOf(folder), text)
