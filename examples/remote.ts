/** Serve an environment and train against it from elsewhere: groups, forks and late rewards over a WebSocket. */
import assert from 'node:assert/strict'
import { createAgent, defineRewardHook, hookSet } from 'stepgym'
import random from 'stepgym/agents/random'
import guessNumber from 'stepgym/envs/guess-number'
import success from 'stepgym/hooks/success'
import { estimators } from 'stepgym/registry'
import { connect, connectOpenEnv, rolloutRemote } from 'stepgym/remote'
import { listen } from 'stepgym/server'

/** A judge that takes its time, as a model would: its rewards come after the replies of their steps. */
const judge = defineRewardHook({
  name: 'judge',
  version: 1,
  scope: 'process',
  maxBatch: 64,
  async reward(steps) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    return { perStep: steps.map(({ nextObservation }) => nextObservation.length) }
  },
})

const environments = [{ name: 'guess-number', load: async () => guessNumber }]
const gigpo = await estimators().load('gigpo')
const server = await listen({ environments, hooks: hookSet([success, judge]), estimators: [gigpo] })
const gym = await connect(server.url, { environment: 'guess-number' })

/** What happens from here on: late rewards arrive as events. */
const events = gym.events()

/** One episode by hand. Steps may be asked for before those before are answered. */
const episode = await gym.reset({ seed: 7 })
const steps = await Promise.all(['50', '25', '75'].map((action) => episode.step(action)))
console.log(steps.map(({ observation, reward }) => `${observation} (${reward})`).join(', '))
assert.equal(episode.index, 3)

for await (const event of events) {
  if (event.type !== 'rewards') continue
  console.log(event.rewards.map(({ step, reward }) => `step ${step}: ${reward.name} ${reward.value}`).join(', '))
  break
}
assert.ok(episode.lateRewards.length > 0)

/** Other futures of the same past. */
const futures = await episode.fork({ count: 3 })
const guesses = await Promise.all(futures.map((future, index) => future.step(`${10 + index}`)))
console.log(guesses.map(({ observation }) => observation).join(', '))
assert.equal(episode.index, 3, 'the episode itself stays where it is')

/** A group whose members an agent plays. It closes when all have been judged, with an advantage for every step. */
const agent = await createAgent(random)
const asked = { estimator: 'gigpo', options: { reward: 'judge' } }
const { trajectories, credit } = await rolloutRemote(gym, { size: 4, seed: 1, credit: [asked] }, { agent })
for (const [member, { steps: taken, ending }] of trajectories.entries()) {
  const advantages = credit[0]?.members?.[member]?.advantages ?? []
  console.log(`${ending} after ${taken.length}: ${advantages.map((value) => value?.toFixed(2)).join(' ')}`)
  assert.equal(advantages.length, taken.length)
}
for (const { rewards } of trajectories.flatMap(({ steps: taken }) => taken))
  assert.deepEqual(
    rewards.map(({ name }) => name),
    ['env', 'judge'],
  )
await gym.close()

/** The same server speaks OpenEnv's protocol; so does this client, to any server that does. */
const client = await connectOpenEnv(`${server.url}/guess-number`)
const start = await client.reset({ seed: 7 })
const { observation, reward, done } = await client.step('50')
console.log(`${start.observation.text} -> ${observation.text}, reward ${reward}, done ${done}`)
assert.equal(observation.text, steps[0]?.observation)
client.close()

await server.close()
