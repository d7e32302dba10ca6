import { textAction } from '../../../core/episode/action.ts'
import type { Environment } from '../../../core/episode/environment.ts'
import { defineEnvironment } from '../../../core/episode/environment.ts'
import type { Policy } from '../../../core/rollout/policy.ts'
import { type Testbed, testbedOf } from '../../../evaluation/creditbench/testbed.ts'
import { enumerate } from '../../../evaluation/exact/enumerate.ts'
import { lopsided, slippery, startOf } from '../../support/exact-worlds.ts'

/**
 * A corridor of five rooms: `on` leads on, `wait` does nothing, `fall` ends it. It pays 1 at the end of the corridor.
 * With `dark` rooms the two in the middle look alike.
 */
export const corridor = (isDark = false) =>
  defineEnvironment({
    id: 'corridor@1',
    maxSteps: 12,
    action: textAction((text) => text, 'on, wait or fall'),
    reset: () => ({ room: 0, fell: false }),
    step({ room }, action) {
      if (action === 'fall') return { state: { room, fell: true }, reward: 0, terminated: true }
      const next = action === 'on' ? room + 1 : room
      return { state: { room: next, fell: false }, reward: next === 5 ? 1 : 0, terminated: next === 5 }
    },
    observe: {
      text: ({ room, fell }) => (fell ? 'fell' : isDark && (room === 1 || room === 3) ? 'dark' : `room ${room}`),
    },
    actions: () => ['on', 'wait', 'fall'],
  })

/** Falls seldom enough that every step counts. */
export const careful: Policy = {
  name: 'careful',
  version: '1',
  probabilities: (_, actions) => actions.map((action) => (action === 'fall' ? 0.1 : action === 'on' ? 0.5 : 0.4)),
}

export const bedOf = async <State extends object>(
  environment: Environment<State>,
  policy: Policy,
  tasks = 2,
): Promise<Testbed> =>
  testbedOf(
    await Promise.all(Array.from({ length: tasks }, async (_, at) => enumerate(await startOf(environment, at)))),
    policy,
  )

export const corridorBed = (isDark = false): Promise<Testbed> => bedOf(corridor(isDark), careful)
export const slipperyBed = (): Promise<Testbed> => bedOf(slippery, lopsided)
