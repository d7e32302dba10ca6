/** An environment of your own in one file: checked, and played by an agent that acts at random. */
import assert from 'node:assert/strict'
import {
  checkEnvironment,
  createAgent,
  defineEnvironment,
  hookSet,
  openWorld,
  problem,
  rolloutGroup,
  textAction,
} from 'stepgym'
import random from 'stepgym/agents/random'

const treasure = defineEnvironment({
  id: 'treasure@1',
  summary: 'walk along a line to where the treasure lies',
  maxSteps: 12,
  action: textAction((text) => {
    if (text === 'left' || text === 'right') return text
    return problem('say left or right')
  }),
  reset: ({ rng }) => ({ at: 5, treasure: rng.int(1, 9) }),
  step({ at, treasure }, action) {
    const next = action === 'left' ? at - 1 : at + 1
    return { state: { at: next, treasure }, reward: next === treasure ? 1 : 0, terminated: next === treasure }
  },
  observe: {
    text: ({ at, treasure }) =>
      `You stand at ${at}. It smells ${Math.abs(at - treasure) < 3 ? 'of gold' : 'of nothing'}.`,
  },
  actions: () => ['left', 'right'],
})

for await (const { rule, status, detail } of checkEnvironment(treasure)) {
  console.log(`${status}: ${rule}`)
  assert.notEqual(status, 'failed', detail)
}

const world = await openWorld(treasure)
const { trajectories } = await rolloutGroup(
  world,
  { task: world.tasks.byId('default'), seed: 7 },
  { groupId: 'g', size: 8, agent: await createAgent(random), hooks: hookSet([]), runKey: 'example' },
)
for (const { id, steps, ending } of trajectories) console.log(`${id}: ${steps.length} steps, ${ending}`)

const starts = new Set(trajectories.map(({ steps: [first] }) => first?.observation))
assert.equal(starts.size, 1, 'members of a group start from one state')
assert.ok(trajectories.some(({ ending }) => ending === 'terminated'))
