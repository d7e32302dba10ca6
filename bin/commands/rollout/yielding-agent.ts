import { setImmediate } from 'node:timers/promises'
import type { Agent } from '../../../core/rollout/agent.ts'

/** Milliseconds that may pass before signals and timers get their turn. */
const YIELD_INTERVAL_MS = 50

/**
 * The agent, pausing now and then: where environment and agent never wait, nothing else would run, and an interrupt
 * would not be heard before the end.
 */
export function yieldingAgent(agent: Agent): Agent {
  let yieldedAt = performance.now()
  return {
    ...agent,
    act(context) {
      if (performance.now() - yieldedAt < YIELD_INTERVAL_MS) return agent.act(context)
      return setImmediate().then(() => {
        yieldedAt = performance.now()
        return agent.act(context)
      })
    },
  }
}
