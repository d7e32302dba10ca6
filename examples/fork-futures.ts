/** What is an action worth? Fork an episode at one step and compare the futures that follow each choice. */
import assert from 'node:assert/strict'
import { type Agent, type Episode, fork, hookSet, openWorld, runEpisode, startEpisode } from 'stepgym'
import guessNumber from 'stepgym/envs/guess-number'

/** Guesses at random among the numbers that the answers so far leave. */
const narrowing: Agent = {
  name: 'narrowing',
  act({ history, observation, rng }) {
    const answers = [...history.map((turn) => turn.observation), observation]
    const bounds = answers.map((answer) => /^(\d+): (higher|lower)$/.exec(answer))
    const low = Math.max(0, ...bounds.map((found) => (found?.[2] === 'higher' ? Number(found[1]) : 0)))
    const high = Math.min(101, ...bounds.map((found) => (found?.[2] === 'lower' ? Number(found[1]) : 101)))
    return { action: `${rng.int(low + 1, high - 1)}` }
  },
}

const EPISODES = 200
const FUTURES = 5
const world = await openWorld(guessNumber)

/** What may follow `50: higher` or `50: lower`. */
const choices = {
  'halve what is left': (isHigher: boolean) => (isHigher ? '75' : '25'),
  'ask the same again': () => '50',
}

/** Share of futures of `past` that start with `action` and find the number. `past` does not change. */
async function shareFound(past: Episode, action: string): Promise<number> {
  let found = 0
  for (let number = 0; number < FUTURES; number++) {
    // Common random numbers: future `number` of one action differs from that of another by the action alone.
    const future = await fork(past, { rng: 'common', number })
    await future.step(action)
    const settings = { trajectoryId: `${action}-${number}`, agent: narrowing, hooks: hookSet([]) }
    const { ending } = await runEpisode(future, settings)
    if (ending === 'terminated') found++
  }
  return found / FUTURES
}

const values = new Map(Object.keys(choices).map((name) => [name, 0]))
for (let seed = 0; seed < EPISODES; seed++) {
  const past = await startEpisode(world, { task: world.tasks.byId('default'), seed, maxSteps: 6 })
  const { terminated } = await past.step('50')
  const isHigher = past.text().endsWith('higher')
  for (const [name, choose] of Object.entries(choices))
    if (!terminated) values.set(name, (values.get(name) ?? 0) + (await shareFound(past, choose(isHigher))) / EPISODES)
  assert.equal(past.index, 1)
}

for (const [name, value] of values) console.log(`${name}: found in ${(100 * value).toFixed(1)} % of futures`)
const [halve = 0, again = 0] = values.values()
assert.ok(halve > again, 'a guess that rules out half has the better futures')
