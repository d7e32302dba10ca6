import { textAction } from '../../../core/episode/action.ts'
import { defineEnvironment } from '../../../core/episode/environment.ts'

/** Shows as many characters as its action says, `N` or `N!` for the last; starts with as many as its task says. */
export const sized = defineEnvironment({
  id: 'sized@1',
  maxSteps: 100,
  action: textAction((text) => text),
  tasks: () => ({
    train: [
      { id: 'small', public: 10, private: null },
      { id: 'large', public: 30_000, private: null },
    ],
  }),
  reset: ({ task }) => ({ size: task.public }),
  step: (_, said) => ({ state: { size: Number.parseInt(said, 10) }, reward: 1, terminated: said.endsWith('!') }),
  observe: { text: ({ size }) => 'é'.repeat(size / 2) },
  examples: ['5'],
})

export const LARGE = '30000'
export const LAST_LARGE = '30000!'
/** Too few for what is large. */
export const FRAME_LIMIT = { frameBytesOut: 16_384 }
