import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineEnvironment } from '../../core/episode/environment.ts'
import { openWorld, type World } from '../../core/episode/world.ts'
import { defineRewardHook, hookSet } from '../../core/reward/hook.ts'
import type { Agent } from '../../core/rollout/agent.ts'
import { rolloutGroup } from '../../core/rollout/group.ts'
import { createRun } from '../../records/index.ts'

/** A walk of three steps to +2, with text actions, listed, and one that does nothing. */
export const stroll = defineEnvironment({
  id: 'stroll@1',
  maxSteps: 3,
  action: (raw) => `${raw}`,
  tasks: () => ({
    train: [
      { id: 'a', public: 'walk' },
      { id: 'b', public: 'walk on' },
    ],
  }),
  reset: () => ({ at: 0 }),
  step({ at }, action) {
    if (action === 'wait') return { state: { at }, reward: null, terminated: false, isActionValid: false }
    const next = at + (action === 'right' ? 1 : -1)
    return { state: { at: next }, reward: next / 4, terminated: next >= 2, info: { at: next } }
  },
  observe: { text: ({ at }) => `at ${at}` },
})

/** Members act by their numbers, so that groups differ; the third waits. */
const ACTIONS = [
  ['right', 'right'],
  ['right', 'left', 'right'],
  ['left', 'wait', 'right'],
]

/** Prompts that each continue the tokens before them. */
export const walker: Agent = {
  name: 'walker',
  act({ history, rng }) {
    const plan = ACTIONS[rng.int(0, 2)] ?? []
    const action = plan[history.length] ?? 'right'
    const earlier = history.flatMap((_, at) => [10 + at, 20 + at])
    return {
      action,
      evidence: {
        kind: 'token',
        policyId: 'p',
        policyVersion: '1',
        temperature: 1,
        topP: 1,
        promptTokenIds: [1, 2, ...earlier],
        actionTokenIds: [10 + history.length],
        logProbs: [-0.5 - history.length],
        finishReason: 'stop',
      },
    }
  },
}

/** As `walker`, without waiting: every step is judged. */
export const judgedWalker: Agent = {
  ...walker,
  name: 'judged-walker',
  async act(context) {
    const choice = await walker.act(context)
    return choice.action === 'wait' ? { ...choice, action: 'left' } : choice
  },
}

const hooks = hookSet([
  defineRewardHook({ name: 'half', version: 1, scope: 'turn', reward: ({ index }) => (index % 2 === 0 ? 0.5 : null) }),
  defineRewardHook({
    name: 'arrived',
    version: 1,
    scope: 'outcome',
    reward: ({ ending }) => (ending === 'terminated' ? 1 : 0),
  }),
])

export const openStroll = (): Promise<World> => openWorld(stroll)

/** Records groups of four in a folder, one task after the other. */
export async function strollRun(folder: string, { groups = 2, agent = walker } = {}): Promise<string> {
  const world = await openStroll()
  const log = createRun(folder, { world, agent: agent.name, hooks })
  for (let group = 0; group < groups; group++) {
    const task = world.tasks.at('train', group % 2)
    const settings = { groupId: `g${group}`, size: 4, agent, hooks, runKey: log.manifest.runKey, log }
    await rolloutGroup(world, { task, seed: group }, settings)
  }
  log.close()
  return folder
}

export const segmentOf = (run: string): string => join(run, 'segments', '000000.jsonl')

export const linesOf = (path: string) =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
