import { textAction } from '../../../core/episode/action.ts'
import { defineEnvironment } from '../../../core/episode/environment.ts'

const PAGE = 'red leather shoes, price 19.99; '.repeat(64)

/** Echoes each action on a page of 2 KB that differs at every step, so that no cache helps. */
export const echo = defineEnvironment({
  id: 'echo@1',
  maxSteps: 1_000_000,
  action: textAction((text) => text),
  reset: () => ({ said: '' }),
  step: (_, said) => ({ state: { said }, reward: 0, terminated: false }),
  observe: { text: ({ said }) => said + PAGE },
  anchors: { state: ({ said }) => said },
  examples: ['hello'],
})
