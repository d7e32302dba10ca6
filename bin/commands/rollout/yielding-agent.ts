import { setImmediate } from 'node:timers/promises'
import type { Agent } from '../../../core/rollout/agent.ts'

/** Milliseconds that may pass before signals and timers get their turn. */
const YIELD_INTERVAL_MS = 50

/**
 * The agent, yielding to the event loop at intervals: a synchronous environment and agent would otherwise block timers
 * and interrupts to the end.
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
