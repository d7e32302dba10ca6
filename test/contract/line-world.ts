import { textAction } from '../../core/episode/action.ts'
import { defineEnvironment } from '../../core/episode/environment.ts'

/** A walk to a target on a line: small, but with all that reward hooks can look at. */
export const lineWorld = defineEnvironment({
  id: 'line-world@1',
  maxSteps: 12,
  action: textAction((text) => text),
  reset: ({ rng }) => ({ at: 0, target: rng.choice([-2, -1, 1, 2]) }),
  step({ at, target }, direction) {
    const next = direction === 'left' ? at - 1 : direction === 'right' ? at + 1 : at
    const isThere = next === target
    return { state: { at: next, target }, reward: Number(isThere), terminated: isThere, isActionValid: next !== at }
  },
  observe: { text: ({ at }) => `you are at ${at}` },
  actions: () => ['left', 'right', 'sit down'],
  grades: ({ at, target }) => ({ progress: 1 - Math.abs(target - at) / 14, nothing: null }),
})
