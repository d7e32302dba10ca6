import { textAction } from '../../../core/episode/action.ts'
import { defineEnvironment } from '../../../core/episode/environment.ts'
import { defineRewardHook } from '../../../core/reward/hook.ts'

export const TOKENS = { agent: 'the-agents-token', trainer: 'the-trainers-token', observer: 'the-observers-token' }

/** Judges steps a little after their replies, by their index. */
export const late = defineRewardHook({
  name: 'late',
  version: 1,
  scope: 'process',
  maxBatch: 16,
  reward: async (steps) => {
    await new Promise((resolve) => setTimeout(resolve, 20))
    return { perStep: steps.map(({ index }) => index) }
  },
})

/** Sums what a trajectory earned, against the mean of its group. */
export const rank = defineRewardHook({
  name: 'rank',
  version: 1,
  scope: 'group',
  reward: ({ trajectories }) => ({ perTrajectory: trajectories.map((_, place) => place) }),
})

/** Hides a canary in every private place. */
export const snapshotStore = defineEnvironment({
  id: 'vault@1',
  maxSteps: 3,
  action: textAction((text) => text),
  tasks: () => ({
    train: [{ id: 'open', public: 'a vault', private: { code: 'zqcanaryqz' } }],
    test: [{ id: 'shut', public: 'a vault', private: { code: 'zqcanaryqz' } }],
  }),
  reset: ({ task }) => ({ code: task.private.code, said: 'begin' }),
  step(state, said) {
    if (said === 'break') return { state: { ...state, said }, reward: 0, terminated: true }
    return { state: { ...state, said }, reward: 1, terminated: false, info: { length: said.length } }
  },
  observe: { text: ({ said }) => `you said ${said}`, html: ({ said }) => `<p>${said}</p>` },
  anchors: { code: ({ code }) => code },
  grades: () => ({ canary: 1 }),
  publicState: ({ said }) => ({ said }),
  examples: ['look'],
})

export const canaryHooks = [
  defineRewardHook({ name: 'canary-turn', version: 1, scope: 'turn', reward: () => 1 }),
  defineRewardHook({ name: 'canary-outcome', version: 1, scope: 'outcome', reward: () => 1 }),
  defineRewardHook({
    name: 'canary-process',
    version: 1,
    scope: 'process',
    maxBatch: 4,
    reward: (steps) => ({ perStep: steps.map(() => 1) }),
  }),
]
