import { setImmediate } from 'node:timers/promises'
import type { Agent } from '../../../core/rollout/agent.ts'

/** Milliseconds that may pass before signals and timers get their turn. */
const BREATH_MS = 50

/**
 * The agent, pausing now and then: where environment and agent never wait, nothing else would run, and an interrupt
 * would not be heard before the end.
 */
export function breathing(agent: Agent): Agent {
  let breathedAt = performance.now()
  return {
    ...agent,
    act(context) {
      if (performance.now() - breathedAt < BREATH_MS) return agent.act(context)
      return setImmediate().then(() => {
        breathedAt = performance.now()
        return agent.act(context)
      })
    },
  }
}
