/** A complete small environment for its author to change: it keeps the contract as it is. */
export const environmentScaffold = (name: string): string => `// @ts-check
import { defineEnvironment, problem, textAction } from 'stepgym'

/**
 * Reach a number by adding one or doubling, in as few steps as you can. Change it into your own environment:
 * a state is plain JSON and is never changed; \`step\` returns the next one.
 */
export default defineEnvironment({
  // name@version: raise the version whenever rewards, observations or tasks change.
  id: '${name}@1',
  summary: 'reach a number by adding one or doubling',
  maxSteps: 8,
  // Reads what an agent sends. The agent sees the problem, and loses the step.
  action: textAction((text) => {
    if (text === 'add' || text === 'double') return text
    return problem('say add or double')
  }, 'add or double'),
  // Splits share no task. Agents may see the public part; the private part (answers, say) never reaches them.
  tasks: () => ({ train: [7, 12, 18].map(taskOf), test: [23, 31].map(taskOf) }),
  // Draw from \`rng\`, never from Math.random: a seed then decides the episode, and every run can be replayed.
  reset: ({ task, rng }) => ({ goal: task.public.goal, value: rng.int(1, 3), notice: '' }),
  step({ goal, value }, action) {
    const next = action === 'add' ? value + 1 : value * 2
    return {
      state: { goal, value: next, notice: '' },
      reward: next === goal ? 1 : 0,
      terminated: next >= goal,
    }
  },
  // The state after an action that could not be read, so that the agent sees why.
  invalid: (state, message) => ({ ...state, notice: message }),
  observe: {
    text: ({ goal, value, notice }) => \`Reach \${goal}. You have \${value}. \${notice || 'Say add or double.'}\`,
  },
  // Admissible actions, where they can be listed.
  actions: () => ['add', 'double'],
  // Measures of a state that reward hooks may use; agents never see them.
  grades: ({ goal, value }) => ({ progress: Math.min(1, value / goal) }),
})

/** @param {number} goal */
function taskOf(goal) {
  return { id: \`reach-\${goal}\`, public: { goal }, private: null }
}
`
