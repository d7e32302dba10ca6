import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import privileged from '../../../agents/privileged.ts'
import type { Group, Json } from '../../../core/data/types.ts'
import { openWorld } from '../../../core/episode/world.ts'
import { defineRewardHook, hookSet } from '../../../core/reward/hook.ts'
import { createAgent } from '../../../core/rollout/agent-factory.ts'
import { rolloutGroup } from '../../../core/rollout/group.ts'
import retail from '../../../envs/tools/retail/index.ts'
import { readRun, rescoreRun } from '../../../records/index.ts'
import { createRun } from '../../../records/recorder.ts'
import executionSuccess from '../../../rewards/hooks/execution-success.ts'
import goldProgress from '../../../rewards/hooks/gold-progress.ts'
import groundedArguments from '../../../rewards/hooks/grounded-arguments.ts'
import matchTir from '../../../rewards/hooks/matchtir.ts'
import redundantCalls from '../../../rewards/hooks/redundant-calls.ts'
import toolRlCalls from '../../../rewards/hooks/toolrl-calls.ts'
import toolRlFormat from '../../../rewards/hooks/toolrl-format.ts'
import { goldCallsOf } from '../../../rewards/tools/made.ts'
import { connected, served, until } from '../../support/server/client.ts'

const hooks = hookSet([
  executionSuccess,
  goldProgress,
  groundedArguments,
  matchTir,
  redundantCalls,
  toolRlCalls,
  toolRlFormat,
])
const world = await openWorld(retail, { tasks: 40 })
const folder = mkdtempSync(join(tmpdir(), 'stepgym-tools-'))
afterAll(() => rmSync(folder, { recursive: true }))

const played = async (index: number, noise: number): Promise<Group> => {
  const agent = await createAgent(privileged, { noise })
  const log = createRun(join(folder, `${index}-${noise}`), { world, agent: agent.name, hooks })
  const settings = { groupId: `${index}`, size: 4, agent, hooks, runKey: log.manifest.runKey, log }
  const group = await rolloutGroup(world, { task: world.tasks.at('train', index), seed: index }, settings)
  log.close()
  return group
}

const signals = (group: Group, name: string): readonly (readonly (number | null)[])[] =>
  group.trajectories.map(({ steps }) =>
    steps.map(({ rewards }) => rewards.find((reward) => reward.name === name)?.value ?? null),
  )
const known = (values: readonly (number | null)[]): readonly number[] => values.filter((value) => value !== null)
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

describe('hooks on tool calls', () => {
  it('give everything to episodes that make the gold calls', async () => {
    const group = await played(1, 0)
    for (const values of signals(group, 'gold-progress')) expect(sum(known(values))).toBeCloseTo(1, 9)
    for (const values of signals(group, 'toolrl-calls')) expect(new Set(known(values))).toEqual(new Set([0, 3]))
    for (const values of signals(group, 'matchtir')) expect(new Set(known(values))).toEqual(new Set([1]))
    for (const values of signals(group, 'execution-success')) expect(new Set(known(values))).toEqual(new Set([1]))
    for (const values of signals(group, 'redundant-calls')) expect(new Set(known(values))).toEqual(new Set([0]))
    expect(signals(group, 'matchtir').flat()).toContain(null)
  })

  it('spread if the agent errs, and say the same when the run is rescored', async () => {
    const group = await played(2, 0.5)
    expect(new Set(known(signals(group, 'gold-progress').flat())).size).toBeGreaterThan(1)
    for await (const again of rescoreRun(world, readRun(join(folder, '2-0.5')), hooks)) {
      expect(again.kind).toBe('group')
      if (again.kind !== 'group') return
      for (const { name } of [...hooks.turn, ...hooks.group])
        expect(signals(again.group, name)).toEqual(signals(group, name))
    }
  })
})

describe('gold calls', () => {
  it('reach the hooks of a served group, and nothing that its agent gets', async () => {
    const gold: Json[] = []
    const spy = defineRewardHook({
      name: 'spy',
      version: 1,
      scope: 'group',
      reward({ trajectories }, { groundTruth }) {
        gold.push(groundTruth())
        return { perTrajectory: trajectories.map(() => 1) }
      },
    })
    const server = await served([retail], { hooks: [spy] })
    const client = await connected(server)
    await client.reset({ group_id: 'g', group_size: 1, seed: 3 })
    while (client.frames.at(-1)?.data.done !== true) await client.step('Hello there')
    await until(() => gold.length === 1)
    const calls = goldCallsOf(gold[0] ?? null) ?? []
    expect(calls.length).toBeGreaterThan(1)
    const shown = JSON.stringify(client.frames)
    for (const { parameters } of calls)
      for (const value of Object.values(parameters)) expect(shown).not.toContain(JSON.stringify(value).slice(1, -1))
  })
})
