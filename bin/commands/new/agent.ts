/** A complete small agent for its author to change: it keeps the contract as it is. */
export const agentScaffold = (name: string): string => `// @ts-check
import { defineAgent } from 'stepgym'

/**
 * Goes through the listed actions in turn, and now and then takes one at random. Change it into your own agent: call
 * a model, search, or look things up.
 */
export default defineAgent({
  // The name of the file, too.
  name: '${name}',
  summary: 'goes through the listed actions in turn',
  // Options and their defaults, set by --agent ${name}:explore=0.5 and recorded with every run.
  options: { explore: 0.1, fallback: 'wait' },
  // One agent acts in many episodes at once: keep nothing between calls that belongs to one of them.
  create: ({ explore, fallback }) => ({
    name: '${name}',
    // What it sees: the observation, the listed actions (null where the environment lists none) and the steps so far.
    // Draw from rng, never from Math.random, so that a run can be repeated.
    act({ actions, history, rng }) {
      if (actions === null || actions.length === 0) return { action: fallback }
      const next = rng.chance(explore) ? rng.int(0, actions.length - 1) : history.length % actions.length
      return { action: actions[next] ?? fallback }
    },
  }),
})
`
