/** Is an advantage right? Solve a small world exactly, and hold an estimator's word against the truth. */
import assert from 'node:assert/strict'
import { defineEnvironment, openWorld, type Policy, startEpisode, textAction } from 'stepgym'
import {
  advantagesOf,
  entriesOf,
  enumerate,
  evaluateEntry,
  samplesOf,
  tableOf,
  testbedOf,
  valuesOf,
} from 'stepgym/evaluation'
import { estimators } from 'stepgym/registry'

/** Four rooms in a row over a cellar: `on` leads on, but the floor may break if one runs. */
const house = defineEnvironment({
  id: 'house@1',
  maxSteps: 8,
  action: textAction((text) => text, 'on or run'),
  reset: () => ({ room: 0 }),
  step({ room }, action, { rng }) {
    if (action === 'run' && rng.chance(0.3)) return { state: { room: -1 }, reward: 0, terminated: true }
    const next = Math.min(4, room + (action === 'run' ? 2 : 1))
    return { state: { room: next }, reward: next === 4 ? 1 : 0, terminated: next === 4 }
  },
  observe: { text: ({ room }) => (room < 0 ? 'the cellar' : `room ${room} of 4`) },
  actions: () => ['on', 'run'],
})

const evenHanded: Policy = {
  name: 'even-handed',
  version: '1',
  probabilities: (_, { length }) => Array(length).fill(1 / length),
}

const world = await openWorld(house)
const model = enumerate(await startEpisode(world, { task: world.tasks.byId('default'), seed: 0 }))
const values = valuesOf(model, tableOf(model, evenHanded))
const [atStart] = advantagesOf(model, values)
console.log(`${model.stateCount} states; the start is worth ${values.states[0]?.[0]?.toFixed(3)}`)
for (let choice = 0; choice < (model.choiceStarts[1] ?? 0); choice++)
  console.log(`  advantage of ${model.actions[model.actionOf[choice] ?? 0]}: ${atStart?.[choice]?.toFixed(3)}`)
assert.ok((atStart?.[0] ?? 0) > (atStart?.[1] ?? 0), 'to walk is better than to run')

const testbed = testbedOf([model], evenHanded)
const material = {
  testbed,
  samples: samplesOf(testbed, { batches: 200 }),
  planted: samplesOf(testbed, { batches: 20, mistakes: 0.5, seed: 1 }),
}
for (const name of ['rloo', 'gigpo', 'crbc']) {
  const [entry] = entriesOf(await estimators().load(name))
  assert.ok(entry)
  const { measures } = evaluateEntry(material, entry)
  const gradient = measures.averagedCosine
  assert.ok(gradient && gradient.value > 0.8)
  console.log(`${name}: gradient of 200 batches has cosine ${gradient.value.toFixed(2)} with the exact one`)
}
