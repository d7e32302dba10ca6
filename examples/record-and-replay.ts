/** Record a run, play it again to the letter, and judge it by other hooks without touching the record. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAgent, hookSet, openWorld, rolloutGroup, withOptions } from 'stepgym'
import random from 'stepgym/agents/random'
import guessNumber from 'stepgym/envs/guess-number'
import stepCost from 'stepgym/hooks/step-cost'
import success from 'stepgym/hooks/success'
import { createRun, readRun, replayRun, rescoreRun } from 'stepgym/record'

const folder = await mkdtemp(join(tmpdir(), 'stepgym-example-'))
const world = await openWorld(guessNumber)
const agent = await createAgent(random)
const hooks = hookSet([success])

const recorder = createRun(join(folder, 'run'), { world, agent: agent.name, hooks, seed: 1 })
const { runKey } = recorder.manifest
const task = world.tasks.byId('default')
for (const seed of [1, 2, 3])
  await rolloutGroup(world, { task, seed }, { groupId: `${seed}`, size: 4, agent, hooks, runKey, log: recorder })
recorder.close()

const run = readRun(join(folder, 'run'))
let steps = 0
for await (const replayed of replayRun(world, run)) {
  assert.equal(replayed.divergence, null)
  steps += replayed.steps
}
console.log(`replayed ${steps} steps, all as recorded`)

const judges = hookSet([withOptions(stepCost, { cost: 0.1 })])
for await (const judged of rescoreRun(world, run, judges, { out: join(folder, 'rescored') })) {
  assert.equal(judged.kind, 'group')
  for (const trajectory of judged.group.trajectories)
    for (const { rewards } of trajectory.steps)
      assert.deepEqual(
        rewards.map(({ name, value }) => [name, value]),
        [
          ['env', rewards[0]?.value],
          ['step-cost', -0.1],
        ],
      )
}
const rescored = readRun(join(folder, 'rescored'))
assert.equal(rescored.manifest.rescoredFrom?.id, run.manifest.id)
console.log(`rescored ${[...rescored.groups()].length} groups by ${rescored.manifest.hooks.map(({ name }) => name)}`)

await rm(folder, { recursive: true })
