import { textAction } from '../../../core/episode/action.ts'
import { defineEnvironment, type Environment } from '../../../core/episode/environment.ts'

/** Echoes its action; ends on `stop`, throws on `throw`. Its task hides a word. */
export const echo = defineEnvironment({
  id: 'echo@1',
  summary: 'says again what it is told',
  maxSteps: 1000,
  action: textAction((text) => text),
  tasks: () => ({
    train: [
      { id: 'one', public: { hint: 1 }, private: { word: 'zqcanaryqz' } },
      { id: 'two', public: null, private: { word: '' } },
    ],
    test: [{ id: 'three', public: null, private: { word: '' } }],
  }),
  reset: ({ task, rng }) => ({ said: `${task.id} ${rng.int(0, 999)}`, hidden: task.private.word }),
  step(state, said) {
    if (said === 'throw') throw new Error('the echo broke')
    return {
      state: { ...state, said },
      reward: said.length,
      terminated: said === 'stop',
      info: { length: said.length },
    }
  },
  observe: { text: ({ said }) => said },
  publicState: ({ said }) => ({ said, episode_id: 'not mine to say' }),
  examples: ['hello'],
})

/** Waits for `release(action)` before a step resolves. */
export function gated(): { readonly environment: Environment; release(action: string): void } {
  const waiting = new Map<string, () => void>()
  const environment = defineEnvironment({
    id: 'gated@1',
    kind: 'async',
    maxSteps: 100,
    action: textAction((text) => text),
    reset: async () => ({ said: 'begin' }),
    async step(_, said, { effect }) {
      await effect('wait', said, () => new Promise<null>((resolve) => waiting.set(said, () => resolve(null))))
      return { state: { said }, reward: 1, terminated: said === 'stop' }
    },
    observe: { text: ({ said }) => said },
    examples: ['go'],
  })
  const release = (action: string): void => waiting.get(action)?.()
  return { environment, release }
}

/** Takes a moment over each step. */
export const sleepy = defineEnvironment({
  id: 'sleepy@1',
  kind: 'async',
  maxSteps: 100,
  action: textAction((text) => text),
  reset: async () => ({ said: 'begin' }),
  async step(_, said, { effect }) {
    await effect('sleep', null, () => new Promise<null>((resolve) => setTimeout(() => resolve(null), said.length % 4)))
    return { state: { said }, reward: 1, terminated: said === 'stop' }
  },
  observe: { text: ({ said }) => said },
  examples: ['go'],
})

/** Actions are objects. */
export const mover = defineEnvironment({
  id: 'mover@1',
  maxSteps: 10,
  action: {
    parse: (raw) => (typeof raw === 'object' && raw !== null ? JSON.stringify(raw) : 'odd'),
    jsonSchema: { title: 'Move', type: 'object', properties: { by: { type: 'integer' } }, required: ['by'] },
  },
  reset: () => ({ last: '' }),
  step: (_, last) => ({ state: { last }, reward: null, terminated: false }),
  observe: { text: ({ last }) => last },
  examples: [{ by: 1 }],
})
