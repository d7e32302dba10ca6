import { describe, expect, it } from 'vitest'
import { defineEnvironment, type Environment } from '../../../core/episode/environment.ts'
import { openWorld } from '../../../core/episode/world.ts'
import { hookSet } from '../../../core/reward/hook.ts'
import type { Agent } from '../../../core/rollout/agent.ts'
import { rolloutGroup } from '../../../core/rollout/group.ts'
import { intervention, type RecordedPath, ReplayedBranches } from '../../../core/sampling/intervene.ts'
import { sampleGroup } from '../../../core/sampling/sample.ts'
import { clock } from '../../support/core-worlds.ts'
import { gambler, MemoryLog, membersOf, race } from '../../support/sampling.ts'

const never = (): never => {
  throw new Error('there should be one')
}

/** The first trajectory of a group, as a record has it. */
async function recorded(environment: Environment = race, agent: Agent = gambler): Promise<RecordedPath> {
  const world = await openWorld(environment)
  const log = new MemoryLog()
  const task = world.tasks.at(world.tasks.splits[0] ?? '', 0)
  const settings = { groupId: 'r', size: 2, agent, hooks: hookSet([]), runKey: 'key', log }
  const group = await rolloutGroup(world, { task, seed: 7 }, settings)
  return { start: log.starts[1] ?? never(), trajectory: membersOf(group)[1] ?? never() }
}

async function intervened(
  source: RecordedPath,
  step: number,
  action: string,
  given: { k?: number; budget?: number; environment?: Environment; agent?: Agent } = {},
) {
  const { k = 3, budget = null, environment = race, agent = gambler } = given
  const log = new MemoryLog()
  const settings = { groupId: 'g', agentName: agent.name, hooks: hookSet([]), runKey: 'key', log }
  const branchSource = new ReplayedBranches(await openWorld(environment), source, step, settings)
  return { group: await sampleGroup(branchSource, intervention({ step, action, k }, {}), { agent, budget }), log }
}

describe('intervention', () => {
  it('replaces one action and lets the agent continue, beside the trajectory that it came from', async () => {
    const source = await recorded()
    const { group, log } = await intervened(source, 2, '3')
    const [original = never(), ...futures] = membersOf(group)
    expect(original.steps.map(({ trajectoryId: _, ...step }) => step)).toEqual(
      source.trajectory.steps.map(({ trajectoryId: _, ...step }) => step),
    )
    expect(futures).toHaveLength(3)
    for (const { forkedFrom, steps } of futures) {
      expect(forkedFrom).toEqual({ trajectoryId: 'g.0', index: 2 })
      expect([steps[0]?.index, steps[0]?.action, steps[0]?.observation]).toEqual([
        2,
        '3',
        original.steps[2]?.observation,
      ])
      expect(steps.at(-1)?.terminated || steps.at(-1)?.truncated).toBe(true)
    }
    expect(new Set(futures.map(({ forkPath }) => forkPath)).size).toBe(3)
    expect(group.sampling).toMatchObject({
      mode: 'intervene',
      steps: futures.reduce((sum, { steps }) => sum + steps.length, 0),
    })
    expect(futures.map(({ id }) => id)).toContain(group.sampling?.chosenId)
    expect(log.starts.map(({ parentId, past }) => [parentId, past.length])).toEqual([
      [undefined, 0],
      ...futures.map(() => ['g.0', 2]),
    ])
  })

  it('is the same again from the same seed, and counts the steps that are new', async () => {
    const source = await recorded()
    const { group } = await intervened(source, 1, '0')
    expect(
      (await intervened(source, 1, '0')).group.trajectories.map(({ steps }) =>
        steps.map(({ nextObservation }) => nextObservation),
      ),
    ).toEqual(group.trajectories.map(({ steps }) => steps.map(({ nextObservation }) => nextObservation)))
    const { group: short } = await intervened(source, 1, '0', { budget: 2 })
    expect([short.sampling?.steps, membersOf(short).length]).toEqual([2, 3])
  })

  it('takes the first step and the last, and no other', async () => {
    const source = await recorded()
    const { length } = source.trajectory.steps
    for (const step of [0, length - 1]) expect(membersOf((await intervened(source, step, '1')).group)).toHaveLength(4)
    for (const step of [length, -1, 0.5])
      await expect(intervened(source, step, '1')).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: `r.1 has steps 0 to ${length - 1}: there is no step ${step}`,
      })
  })

  it('drives an outside world again if the environment has one, and is refused where it cannot', async () => {
    const ticking = clock(() => 0)
    const agent = { name: 'ticker', act: () => ({ action: 'tick' }) }
    const source = await recorded(ticking, agent)
    const { group } = await intervened(source, 2, 'tock', { environment: ticking, agent, k: 1 })
    expect(membersOf(group)[1]?.steps.map(({ action }) => action)).toEqual(['tock', 'tick', 'tick'])
    const stuck = defineEnvironment({ ...race, id: 'race@1', fork: 'none', action: (raw: unknown) => Number(raw) })
    await expect(intervened(await recorded(), 1, '1', { environment: stuck })).rejects.toMatchObject({
      code: 'FORK_UNSUPPORTED',
    })
  })
})
