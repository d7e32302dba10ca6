/** A reward hook of your own: a signal for every step, recorded beside the environment's reward and never mixed in. */
import assert from 'node:assert/strict'
import { createAgent, defineRewardHook, hookSet, openWorld, runEpisode, startEpisode } from 'stepgym'
import scripted from 'stepgym/agents/scripted'
import guessNumber from 'stepgym/envs/guess-number'
import success from 'stepgym/hooks/success'

/** By how much a guess narrows down where the number can be; null where the guess could not be read. */
const narrowing = defineRewardHook({
  name: 'narrowing',
  version: 1,
  scope: 'turn',
  summary: 'share of the remaining numbers that a guess rules out',
  reward(step, { history }) {
    if (!step.isActionValid) return null
    const before = remaining(history.map(({ nextObservation }) => nextObservation))
    const after = remaining([...history, step].map(({ nextObservation }) => nextObservation))
    return 1 - after / before
  },
})

/** How many numbers from 1 to 100 agree with what was answered. */
function remaining(answers: readonly string[]): number {
  const numbers = Array.from({ length: 100 }, (_, index) => index + 1)
  return numbers.filter((number) =>
    answers.every((answer) => {
      const [, guess, said] = /^(\d+)(?::)? (higher|lower|is correct)$/.exec(answer) ?? []
      if (guess === undefined) return true
      return said === 'higher'
        ? number > Number(guess)
        : said === 'lower'
          ? number < Number(guess)
          : number === Number(guess)
    }),
  ).length
}

const world = await openWorld(guessNumber)
const episode = await startEpisode(world, { task: world.tasks.byId('default'), seed: 3 })
const agent = await createAgent(scripted, { actions: ['50', 'what?', '50', '25', '75'], repeat: true })
const { steps, rewards } = await runEpisode(episode, {
  trajectoryId: 'example',
  agent,
  hooks: hookSet([narrowing, success]),
})

for (const { action, nextObservation, rewards: vector } of steps) {
  const signals = vector.map(({ name, value }) => `${name} ${value?.toFixed(2) ?? 'null'}`).join(', ')
  console.log(`${JSON.stringify(action)} -> ${nextObservation} (${signals})`)
}

const judged = steps.map(({ rewards: vector }) => vector.find(({ name }) => name === 'narrowing')?.value)
assert.ok((judged[0] ?? 0) > 0.4, 'the first guess halves what is left')
assert.equal(judged[1], null, 'an action that could not be read is not judged, which is not 0')
assert.equal(judged[2], 0, 'asking the same again rules out nothing')
assert.deepEqual(
  rewards.map(({ name }) => name),
  ['success'],
  'outcome hooks judge the trajectory as a whole',
)
