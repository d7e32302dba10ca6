import { textAction } from '../../../core/episode/action.ts'
import { defineEnvironment } from '../../../core/episode/environment.ts'

/** As `PAGE`, `LINKS` and `STEPS` of `bench/wire/kit/openenv_server.py`. */
const PAGE = 'red leather shoes, price 19.99; '.repeat(64)
const LINKS = Array.from({ length: 16 }, (_, at) => `click[item ${at}]`)
const STEPS = 32

interface Said {
  readonly text: string
  readonly steps: number
}

const rules = {
  maxSteps: 2 * STEPS,
  action: textAction((text) => text),
  reset: (): Said => ({ text: '', steps: 0 }),
  step: ({ steps }: Said, text: string) => ({
    state: { text, steps: steps + 1 },
    reward: 0,
    terminated: steps + 1 === STEPS,
  }),
  anchors: { state: ({ text }: Said) => text },
  examples: ['hello'],
}

/** Says each action back: what remains is the protocol. */
export const echo = defineEnvironment({ ...rules, id: 'echo@1', observe: { text: ({ text }: Said) => text } })

/** The same on a page of 2 KB, with 16 listed actions. */
export const page = defineEnvironment({
  ...rules,
  id: 'page@1',
  observe: { text: ({ text }: Said) => text + PAGE },
  actions: () => LINKS,
})
