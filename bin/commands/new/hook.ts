/** A complete small reward hook for its author to change: it keeps the contract as it is. */
export const hookScaffold = (name: string): string => `// @ts-check
import { defineRewardHook } from 'stepgym'

/**
 * Rewards every step that shows the agent something new. Change it into a signal of your own. Return null where it
 * has nothing to say: null is not 0, and a hook that throws or takes too long leaves null, too.
 */
export default defineRewardHook({
  // The name of the signal in every record.
  name: '${name}',
  // Raise it whenever the same input may give another value.
  version: 1,
  // 'turn': after each step; 'outcome': when a trajectory has ended; 'process': batches of finished steps, late;
  // 'group': when all trajectories of a task have ended.
  scope: 'turn',
  summary: 'a bonus for every step that shows something new',
  options: { bonus: 0.1 },
  reward(step, { history, options }) {
    const isKnown = [step, ...history].some(({ observation }) => observation === step.nextObservation)
    return isKnown ? 0 : options.bonus
  },
})
`
