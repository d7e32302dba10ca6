/** Step many episodes of a server by one frame: a vector of slots with autoreset. */
import assert from 'node:assert/strict'
import { hookSet } from 'stepgym'
import guessNumber from 'stepgym/envs/guess-number'
import success from 'stepgym/hooks/success'
import { connect } from 'stepgym/remote'
import { listen } from 'stepgym/server'

const SLOTS = 8
const TURNS = 60

const environments = [{ name: 'guess-number', load: async () => guessNumber }]
const server = await listen({ environments, hooks: hookSet([success]) })
const gym = await connect(server.url, { environment: 'guess-number' })

/** One start a slot. The episodes that follow in a slot have seeds that follow from its first. */
const starts = Array.from({ length: SLOTS }, (_, seed) => ({ seed }))
const vector = await gym.vector({ slots: starts, autoreset: 'same-step' })

/** Halves what is left, by what each observation says of the last guess. */
interface Range {
  low: number
  high: number
}
const whole = (): Range => ({ low: 1, high: 100 })
const ranges = starts.map(whole)
const middle = ({ low, high }: Range): number => Math.floor((low + high) / 2)

let ended = 0
let found = 0
for (let turn = 0; turn < TURNS; turn++) {
  const guesses = ranges.map(middle)
  for (const { slot, step, started } of await vector.step(guesses.map(String))) {
    const range = ranges[slot]
    const guess = guesses[slot]
    if (!step || !range || guess === undefined) continue
    if (/higher/.test(step.observation)) range.low = guess + 1
    else range.high = guess - 1
    if (!started) continue
    ended++
    if (step.terminated) found++
    ranges[slot] = whole()
  }
}
console.log(`${SLOTS * TURNS} steps in ${TURNS} frames: ${ended} episodes ended, ${found} of them by the number`)
assert.equal(found, ended)

/** Some of the slots only, in any order; what fails in one is its own. */
const some = await vector.step(['50', 'fifty'], { slots: [5, 2] })
for (const { slot, step } of some) console.log(`slot ${slot}: ${step?.observation} (valid: ${step?.isActionValid})`)
assert.deepEqual(
  some.map(({ slot }) => slot),
  [5, 2],
)

/** The content of a slot is an episode like any other. */
const [future] = (await vector.episodes[5]?.fork()) ?? []
assert.equal(future?.observation, vector.episodes[5]?.observation)

await vector.close()
await gym.close()
await server.close()
